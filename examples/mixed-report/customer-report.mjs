// A report of 25 customers: reads their orders, looks up each one's region, scores it by comparing it with all the others, and makes an
// access code for it. It waits, computes in JavaScript and computes in native code, in turn.
import { scryptSync } from 'node:crypto';
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
  for (let round = 0; round < 600; round++) {
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

function accessCode(customer) {
  return scryptSync(`customer-${customer}`, 'report', 8, { cost: 8192 }).toString('hex');
}

async function report(service, customers, orders) {
  const lines = [];
  for (const customer of customers) {
    const region = await lookUpRegion(service, customer);
    const points = score(customer, orders);
    const code = accessCode(customer);
    lines.push(`customer ${customer}: ${points} points, ${region}, code ${code}`);
  }
  return lines;
}

const service = await startService(29);
const orders = readOrders();
const customers = Array.from({ length: 25 }, (_, index) => index + 1);
const lines = await report(service.url, customers, orders);
console.log(lines.join('\n'));
service.stop();
