/** What every screen receives. */
export interface ScreenProps {
  /** Parts of the path that begin with a colon in the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}
