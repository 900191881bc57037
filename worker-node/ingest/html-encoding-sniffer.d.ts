/** The package ships no types; these are the options of version 7 that charset.ts uses. */
declare module 'html-encoding-sniffer' {
  interface SniffOptions {
    /** Bytes searched for a `<meta>` element; 1024 by default. */
    readonly maxPrescanBytes?: number;
    /** Returned where the bytes declare no encoding. */
    readonly defaultEncoding?: string;
  }
  export default function sniffHtmlEncoding(bytes: Uint8Array, options?: SniffOptions): string;
}
