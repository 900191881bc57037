/** The resources that tokens are for (RFC 8707): the API as a whole, and the endpoint of assistants within it. */

export const MCP_PATH = '/mcp';

export const mcpResource = (publicUrl: string): string => publicUrl + MCP_PATH;

/** Address of the metadata of the resource at `path` (RFC 9728 section 3.1). */
export const resourceMetadataUrl = (publicUrl: string, path = ''): string =>
  `${publicUrl}/.well-known/oauth-protected-resource${path}`;
