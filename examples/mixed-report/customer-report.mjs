// A report of 25 customers: reads their orders, scores each by comparing it with all the others, and looks up each one's region.
import { readFileSync } from 'node:fs';
import { startService } from '../start-service.mjs';

function readOrders() {
  const text = readFileSync(new URL('orders.csv', import.meta.url), 'utf8');
  return text.trim().split('\n').slice(1).map((line) => {
    const [customer, amount] = line.split(',');
    return { customer: Number(customer), amount: Number(amount) };
  });
}

/** How alike the customer's orders are to everybody's: computing only. */
function score(customer, orders) {
  const own = orders.filter((order) => order.customer === customer);
  let alike = 0;
  for (let round = 0; round < 300; round++) {
    for (const order of own) {
      for (const other of orders) {
        alike += 1 / (1 + Math.abs(order.amount - other.amount - round));
      }
    }
  }
  return Math.round(alike);
}

async function lookUpRegion(service, customer) {
  const response = await fetch(`${service}/regions/${customer}`);
  const { value } = await response.json();
  return `region ${value % 7}`;
}

async function report(service, customers, orders) {
  const lines = [];
  for (const customer of customers) {
    const region = await lookUpRegion(service, customer);
    const points = score(customer, orders);
    lines.push(`customer ${customer}: ${points} points, ${region}`);
  }
  return lines;
}

const service = await startService(45);
const orders = readOrders();
const customers = Array.from({ length: 25 }, (_, index) => index + 1);
const lines = await report(service.url, customers, orders);
console.log(lines.join('\n'));
service.stop();
