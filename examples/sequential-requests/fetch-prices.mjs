// Adds up the prices of 40 products, asking a slow shop for each.
import { startService } from '../start-service.mjs';

async function fetchPrice(shop, product) {
  const response = await fetch(`${shop}/prices/${product}`);
  const { value } = await response.json();
  return value;
}

async function fetchPrices(shop, products) {
  const prices = [];
  for (const product of products) {
    const price = await fetchPrice(shop, product);
    prices.push(price);
  }
  return prices;
}

const shop = await startService(40);
const products = Array.from({ length: 40 }, (_, index) => index + 1);
const prices = await fetchPrices(shop.url, products);
console.log(`${prices.length} products cost ${prices.reduce((sum, price) => sum + price, 0)} in all`);
shop.stop();
