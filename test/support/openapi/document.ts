/** `/openapi.json` of the app as it is built, without a server. */
import { createTestApp } from '../kits/app.ts';

export async function openApiDocument(publicUrl: string): Promise<string> {
  const pharos = await createTestApp({ env: { PUBLIC_URL: publicUrl } });
  try {
    const response = await pharos.request('/openapi.json');
    if (response.status !== 200) throw new Error(`GET /openapi.json responded with ${response.status}`);
    return await response.text();
  } finally {
    await pharos.close();
  }
}
