/** Why a request got no answer: words for logs and lists, free of what was sent and of where. */
export const OUTGOING_FAULTS = [
  "url_not_allowed",
  "unknown_host", // the name does not resolve
  "address_not_public",
  "timeout",
  "certificate_invalid", // or for another name
  "connection_failed",
] as const;
export type OutgoingFault = (typeof OUTGOING_FAULTS)[number];

export class OutgoingRefused extends Error {
  override readonly name = "OutgoingRefused";
  readonly fault: OutgoingFault;

  constructor(fault: OutgoingFault, cause?: unknown) {
    super(`the request was not answered: ${fault}`, cause === undefined ? {} : { cause });
    this.fault = fault;
  }
}
