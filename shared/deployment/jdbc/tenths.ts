/** Tells of every tenth of a work that is done; of nothing where nobody knows how much there is. */
export function tenths(total: number | undefined, tell: (percent: number) => void): (done: number) => void {
  let told = 0;
  return (done) => {
    if (total === undefined || total === 0) return;
    const percent = Math.floor((done * 10) / total) * 10;
    if (percent <= told || percent >= 100) return;
    told = percent;
    tell(percent);
  };
}
