'use strict';
const fs = require('node:fs');

class RowFile {
  constructor(file) {
    this.file = file;
  }

  rows() {
    return fs.readFileSync(this.file, 'utf8').split('\n');
  }
}

exports.loadRows = (file) => new RowFile(file).rows();
