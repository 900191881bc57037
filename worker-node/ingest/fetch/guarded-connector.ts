/** Sockets that reach public addresses only, however a name resolves: for every URL that a user named. */
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { ForbiddenAddressError } from './fetch-errors.ts';

export type ResolveHost = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

export const resolveHost: ResolveHost = (hostname) => lookup(hostname, { all: true });

/** Checks the address of every socket where no name can change under it: as resolved, as a literal, and once connected. */
export function guardedConnector(policy: AddressPolicy, resolve: ResolveHost, timeout: number): buildConnector.connector {
  const refused = () => new ForbiddenAddressError('the address is not public');

  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname)
      .then((all) => {
        const permitted = all.filter(({ address }) => policy.permits(address));
        const wanted = permitted.filter(({ family }) => !options.family || options.family === family);
        const [first] = wanted;
        if (!first) callback(all.length > permitted.length ? refused() : notFound(hostname), '', 4);
        else if (options.all) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      })
      .catch((error: NodeJS.ErrnoException) => callback(error, '', 4));
  };

  const connect = buildConnector({ lookup: guardedLookup, timeout } as buildConnector.BuildOptions);
  return (options, callback) => {
    // A literal address never reaches the resolver.
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !policy.permits(host)) {
      callback(refused(), null);
      return;
    }
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null && !policy.permits(socket.remoteAddress ?? '')) {
        socket.destroy();
        callback(refused(), null);
      } else callback(...result);
    });
  };
}

const notFound = (hostname: string) => Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
