/**
 * Whether a request comes from a person at this machine: from a loopback address, to a loopback name, through no proxy, and not
 * from a page of another origin. A page may send requests to loopback addresses, under its own origin or, by a name that it
 * lets resolve to one, under its own host.
 */
import type { Context } from 'hono';
import { isLoopback } from '../../kernel/rate-limits/address.ts';
import type { AppEnv } from '../env.ts';

/** What proxies add. */
const FORWARDED = /^(?:forwarded|via|x-forwarded-.*|x-real-ip)$/i;

const isLoopbackName = (hostname: string): boolean =>
  hostname === 'localhost' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));

export function isLocalRequest(c: Context<AppEnv>): boolean {
  const url = new URL(c.req.url);
  const host = c.req.header('host') ?? url.host;
  const origin = c.req.header('origin');
  const named = `${url.protocol}//${host}`;
  return (
    isLoopback(c.get('address') ?? '') &&
    isLoopbackName(url.hostname) &&
    URL.canParse(named) &&
    isLoopbackName(new URL(named).hostname) &&
    (origin === undefined || origin === named) &&
    ![...c.req.raw.headers.keys()].some((name) => FORWARDED.test(name))
  );
}
