import truth from '../truth.cjs';

class Grid {
  #cells = new Float64Array(4096).fill(1);

  get smoother() {
    return (weight) => {
      const cells = this.#cells;
      for (let round = 0; round < 60; round++)
        for (let i = 1; i < cells.length; i++) cells[i] = cells[i] * weight + cells[i - 1] * (1 - weight); // truth: smooth js
    };
  }
}

const smooth = new Grid().smoother;
truth.begin('smooth');
truth.repeat(400, () => smooth(0.4));
truth.end('smooth');
