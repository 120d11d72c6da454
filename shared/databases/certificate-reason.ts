/** What to do about a certificate that was not accepted, by the code of Node's TLS; undefined where it is no such code. */
export function certificateReason(host: string, code: string): string | undefined {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return "the server's certificate has expired: renew it and let the server load it";
    case "CERT_NOT_YET_VALID":
      return "the server's certificate is not valid yet: check the clocks of both machines";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the server's certificate is not for "${host}": connect by a name that it is for`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_UNTRUSTED":
      return "the server's certificate is not from an authority that is trusted here: name it in tls.ca";
    default:
      return undefined;
  }
}
