import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Socket } from "node:net";
import { test } from "node:test";
import { certificateVariables, tlsVariables } from "./tls-variables.ts";

/** C=DE, O="Ada, Byron + Co", OU=first, OU=second, CN="Zoë  x", emailAddress=a@example.com. */
const NAMES = `-----BEGIN CERTIFICATE-----
MIICRjCCAe2gAwIBAgIUe1hoExPiKZ1Ydz/autzmyPf78o8wCgYIKoZIzj0EAwIw
eDELMAkGA1UEBhMCREUxGDAWBgNVBAoMD0FkYSwgQnlyb24gKyBDbzEOMAwGA1UE
CwwFZmlyc3QxDzANBgNVBAsMBnNlY29uZDEQMA4GA1UEAwwHWm/DqyAgeDEcMBoG
CSqGSIb3DQEJARYNYUBleGFtcGxlLmNvbTAgFw0yNjExMjgxMjQ4MzlaGA8yMTI2
MTEwNDEyNDgzOVoweDELMAkGA1UEBhMCREUxGDAWBgNVBAoMD0FkYSwgQnlyb24g
KyBDbzEOMAwGA1UECwwFZmlyc3QxDzANBgNVBAsMBnNlY29uZDEQMA4GA1UEAwwH
Wm/DqyAgeDEcMBoGCSqGSIb3DQEJARYNYUBleGFtcGxlLmNvbTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABINIm7pDNMz2V2jMVKHdHl1gekaQTQyn3/ae6j7o9CGN
sTULExFgoVpSFafdrpGHV3lgyrN7l/ifRMU5klbJAIqjUzBRMB0GA1UdDgQWBBT/
FtQTIkqDzHhHyslSkGYZK5zM2DAfBgNVHSMEGDAWgBT/FtQTIkqDzHhHyslSkGYZ
K5zM2DAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIHw878oZvL2d
vlR3bQ5jZoh2lUGcLjQOCQYzmLJ0J7KDAiB6i+/+2m8LgK2kgkYzVYI+poej82af
legquKB+ZSLuVQ==
-----END CERTIFICATE-----
`;

/** O=x, CN=a and UID=b in one part. */
const TOGETHER = `-----BEGIN CERTIFICATE-----
MIIBqTCCAU+gAwIBAgIULIhKd77H/st4P2ioqFCJxY2c+hEwCgYIKoZIzj0EAwIw
KTEKMAgGA1UECgwBeDEbMAgGA1UEAwwBYTAPBgoJkiaJk/IsZAEBDAFiMCAXDTI2
MTEyODEyNDgzOVoYDzIxMjYxMTA0MTI0ODM5WjApMQowCAYDVQQKDAF4MRswCAYD
VQQDDAFhMA8GCgmSJomT8ixkAQEMAWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQEcLqzYsgm+0Qv/4l1NBFZq255dPH9PuxAU4ajsWpLXsNY4198PTIxeoPqOQ4D
efIgB9fov71pYb4G7Blk4MUXo1MwUTAdBgNVHQ4EFgQUGa7vV4FBk7Fh6WEmcIiv
snvWCy0wHwYDVR0jBBgwFoAUGa7vV4FBk7Fh6WEmcIivsnvWCy0wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA1pKqt6sju9fL2tfZQcZ4XjS3TqFf
qFYlQ1VgkL5fQJgCIHsx/j+JaQgZ0mvefjPutYBUCv1D8UIeidLaVArcwmEG
-----END CERTIFICATE-----
`;

test("a certificate has Apache's names, and its own name as RFC 2253 writes it", () => {
  const { SSL_CLIENT_CERT, ...made } = certificateVariables(new X509Certificate(NAMES));
  const dn = "emailAddress=a@example.com,CN=Zoë  x,OU=second,OU=first,O=Ada\\, Byron \\+ Co,C=DE";
  const parts = (name: string) => ({
    [name]: dn,
    [`${name}_CN`]: "Zoë  x",
    [`${name}_O`]: "Ada, Byron + Co",
    [`${name}_OU`]: "first",
    [`${name}_C`]: "DE",
    [`${name}_Email`]: "a@example.com",
  });
  assert.deepEqual(made, {
    SSL_CLIENT_M_SERIAL: "7B58681313E2299D58773FDABADCE6C8F7FBF28F",
    SSL_CLIENT_V_START: "Nov 28 12:48:39 2026 GMT",
    SSL_CLIENT_V_END: "Nov  4 12:48:39 2126 GMT",
    ...parts("SSL_CLIENT_S_DN"),
    ...parts("SSL_CLIENT_I_DN"),
  });
  assert.equal(SSL_CLIENT_CERT, NAMES);
});

test("parts of a name that stand together stay together", () => {
  const { SSL_CLIENT_S_DN } = certificateVariables(new X509Certificate(TOGETHER));
  assert.equal(SSL_CLIENT_S_DN, "UID=b+CN=a,O=x");
});

test("a connection without TLS has none", () => {
  assert.deepEqual(tlsVariables(new Socket()), {});
});
