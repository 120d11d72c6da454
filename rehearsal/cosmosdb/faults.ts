import { ManagerFaults } from "../azure/manager-faults.ts";

/** What clients of Cosmos DB meet: an engine that is busy, odd formats. */
export class Faults extends ManagerFaults {
  /** Latest restorable timestamps as some versions wrote them: `10/26/2021 5:27:45 PM`. */
  unitedStatesTimestamps = false;
  /** Restores that begin from now on never leave `Creating`. */
  restoresHang = false;
  /** Restores that begin from now on get throughputs other than those of the source. */
  restoresScaleDown = false;
}
