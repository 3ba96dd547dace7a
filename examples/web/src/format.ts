// Numbers as people read them. Amounts stay exact inside the kernel; here they are only shown.

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function tokens(count: number): string {
  return whole.format(count);
}

/** `$1,234.50`, `$0.0586`, `$0.00000012`: three figures below a dollar. */
export function dollars(amount: number | string | undefined): string {
  if (amount === undefined) return "no price";
  const value = Number(amount);
  if (value < 0) return `−${dollars(-value)}`;
  if (value === 0) return "$0";
  if (value >= 1000) return `$${whole.format(value)}`;
  if (value >= 1) return `$${cents.format(value)}`;
  const figures = Math.min(12, 2 - Math.floor(Math.log10(value)));
  // A half is rounded up, as the kernel rounds the exact amount; the nearest double lies a hair beside it.
  return `$${(value * (1 + 1e-12)).toFixed(figures).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

export function percent(ppm: number): string {
  return `${Math.round(ppm / 10_000)} %`;
}

export function seconds(value: number): string {
  return value >= 120 ? `${Math.round(value / 60)} min` : `${Number(value.toPrecision(2))} s`;
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${Math.round(count / 1000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

/** Words as the kernel spells them, as a label. */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
