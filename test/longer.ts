/** Whether there are many minutes: `npm run test:deaths` sets the number of kills, and has other tests try more, too. */
export const isLonger = process.env["STILLPOINT_KILLS"] !== undefined;
