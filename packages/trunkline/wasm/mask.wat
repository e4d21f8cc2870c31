;; Masking (RFC 6455, section 5.3) sixteen bytes at a time.
;;
;; mask(at, end, key) XORs memory[at, end) with the four bytes of key, low byte first, and returns
;; zero when every byte that came out is ASCII: the OR of all of them is had for almost nothing here,
;; and spares a second walk over a text.
(module
  (import "trunkline" "memory" (memory 5))

  (func (export "mask") (param $at i32) (param $end i32) (param $key i32) (result i32)
    (local $keys v128)
    (local $all v128)
    (local $v v128)
    (local $bits i32)
    (local $byte i32)

    (local.set $keys (i32x4.splat (local.get $key)))

    ;; 64 bytes a round, four independent lanes of work
    (block $rounds_done
      (loop $round
        (br_if $rounds_done
          (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 64)))

        (local.set $v (v128.xor (v128.load (local.get $at)) (local.get $keys)))
        (v128.store (local.get $at) (local.get $v))
        (local.set $all (v128.or (local.get $all) (local.get $v)))

        (local.set $v (v128.xor (v128.load offset=16 (local.get $at)) (local.get $keys)))
        (v128.store offset=16 (local.get $at) (local.get $v))
        (local.set $all (v128.or (local.get $all) (local.get $v)))

        (local.set $v (v128.xor (v128.load offset=32 (local.get $at)) (local.get $keys)))
        (v128.store offset=32 (local.get $at) (local.get $v))
        (local.set $all (v128.or (local.get $all) (local.get $v)))

        (local.set $v (v128.xor (v128.load offset=48 (local.get $at)) (local.get $keys)))
        (v128.store offset=48 (local.get $at) (local.get $v))
        (local.set $all (v128.or (local.get $all) (local.get $v)))

        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $round)))

    ;; 16 bytes a step
    (block $steps_done
      (loop $step
        (br_if $steps_done
          (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16)))
        (local.set $v (v128.xor (v128.load (local.get $at)) (local.get $keys)))
        (v128.store (local.get $at) (local.get $v))
        (local.set $all (v128.or (local.get $all) (local.get $v)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $step)))

    ;; what is left, a byte at a time; every step so far was a multiple of the key's length
    (block $bytes_done
      (loop $one
        (br_if $bytes_done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $byte
          (i32.and
            (i32.xor (i32.load8_u (local.get $at)) (local.get $key))
            (i32.const 255)))
        (i32.store8 (local.get $at) (local.get $byte))
        (local.set $bits (i32.or (local.get $bits) (local.get $byte)))
        (local.set $key (i32.rotr (local.get $key) (i32.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $one)))

    (i32.or
      (i8x16.bitmask (local.get $all))
      (i32.and (local.get $bits) (i32.const 128)))))
