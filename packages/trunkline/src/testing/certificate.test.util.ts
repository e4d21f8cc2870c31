/**
 * A certificate for localhost and 127.0.0.1 that signs itself, its key, and a key that is not its. For
 * tests alone: the keys are public, nobody must trust them. It is good until 2126.
 */
export const key: string = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLPqTNIJ77UwzAX1n
/XPFr9lZnMd438Mhln/q5VkSidWhRANCAAQSocGqByix5mFZ03xpx4Ab/3FbsoH6
uZyF1g3rZIaXJ9hZGOR2BCPlikMl5/QY0gYnikJVkRdecZ52gONZt4M6
-----END PRIVATE KEY-----
`;

export const cert: string = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUeEe48UaxQ4kze5sgdH2KJ9td62gwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzA2MzAwOFoYDzIxMjYxMDMw
MDYzMDA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQSocGqByix5mFZ03xpx4Ab/3FbsoH6uZyF1g3rZIaXJ9hZGOR2BCPl
ikMl5/QY0gYnikJVkRdecZ52gONZt4M6o28wbTAdBgNVHQ4EFgQUFEWWYd+Z0Boo
72QQ0yqP1sAcfdEwHwYDVR0jBBgwFoAUFEWWYd+Z0Boo72QQ0yqP1sAcfdEwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgIf4YfrzwVBwqGPKjeSvd+H2Z9WEXLvDHHV+Kx8wSALUCIQDr
kjnOeLA7wiLhC47xweF/GgL2hCM0fv8jOtAbOGhdfw==
-----END CERTIFICATE-----
`;

export const otherKey: string = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgq8bJNaGhDKzhp4eK
kJRdV2n7TJkX9Z6a3/xSVd6J2bShRANCAAQC8kMkgmr3f2rrX6E+HusFXYlgpm7T
P3Dn6umCRGkjmD1291fzhhajEnW/y+7pem/5GvL2gkNlQTm/z9LKkQrg
-----END PRIVATE KEY-----
`;
