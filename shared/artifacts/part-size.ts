/** What a service allows of parts of one object. */
export interface PartLimits {
  readonly most: number;
  /** For all but the last. */
  readonly leastBytes: number;
  readonly largestBytes: number;
}

/** The share of the parts that is planned for; what is left takes in an object that nobody foresaw. */
const PLANNED = 0.9;
/** An estimate is one of a database, not of its dump. */
const ALLOWANCE = 2;
/** The unplanned ones double as often as this. */
const DOUBLINGS = 20;

/**
 * How large a part is, by its number from 1 on: an object of twice the expected size is made of the planned ones, and
 * beyond they grow so fast that no object ends for want of parts.
 */
export function partBytes(number: number, expectedBytes: number, limits: PartLimits): number {
  const { most, leastBytes, largestBytes } = limits;
  const planned = Math.floor(most * PLANNED);
  const even = Math.ceil((ALLOWANCE * expectedBytes) / planned);
  const first = Math.min(Math.max(even, leastBytes), largestBytes);
  const beyond = Math.max(0, number - planned);
  const doublings = Math.ceil((beyond * DOUBLINGS) / (most - planned));
  return Math.min(first * 2 ** doublings, largestBytes);
}
