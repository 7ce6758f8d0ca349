// A report with a date in each row.
function report(rows) {
  const texts = [];
  for (const row of rows) {
    texts.push(
      row.date.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }),
    );
  }
  return texts;
}

const rows = Array.from({ length: 12_000 }, (_, day) => ({ date: new Date(day * 86_400_000) }));
console.log(report(rows).at(-1));
