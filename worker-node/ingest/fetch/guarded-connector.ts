/** A connector that only opens sockets to permitted addresses, for every URL that a user names. */
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { ForbiddenAddressError } from './fetch-errors.ts';

export type ResolveHost = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

export const resolveHost: ResolveHost = (hostname) => lookup(hostname, { all: true });

/**
 * Checks the address of every socket as resolved, as a literal in the URL, and again once connected, so that a DNS answer
 * that changes in between (DNS rebinding) gains nothing. `timeout` in milliseconds.
 */
export function guardedConnector(policy: AddressPolicy, resolve: ResolveHost, timeout: number): buildConnector.connector {
  const forbidden = () => new ForbiddenAddressError('the address is not public');

  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname)
      .then((all) => {
        const permitted = all.filter(({ address }) => policy.permits(address));
        const wanted = permitted.filter(({ family }) => !options.family || options.family === family);
        const [first] = wanted;
        if (!first) callback(all.length > permitted.length ? forbidden() : notFound(hostname), '', 4);
        else if (options.all) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      })
      .catch((error: NodeJS.ErrnoException) => callback(error, '', 4));
  };

  const connect = buildConnector({ lookup: guardedLookup, timeout } as buildConnector.BuildOptions);
  return (options, callback) => {
    // The resolver is not called for a literal address.
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !policy.permits(host)) {
      callback(forbidden(), null);
      return;
    }
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null && !policy.permits(socket.remoteAddress ?? '')) {
        socket.destroy();
        callback(forbidden(), null);
      } else callback(...result);
    });
  };
}

const notFound = (hostname: string) => Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
