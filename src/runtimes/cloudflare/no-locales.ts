/** Takes the place of zod's error messages in 50 languages, which `z` holds on to: Pharos writes its own (wrangler.toml). */
export {};
