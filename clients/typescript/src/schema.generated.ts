/** Generated from /openapi.json: `npx vitest run --project routes test/routes/openapi.test.ts -u`. */
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what this server is, and the addresses of its parts
         * @description The name and version of the server with the addresses of its parts. A browser is led to the console.
         */
        get: operations["aboutHome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/monitoring/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the health of the service and its parts
         * @description Checked at most once a second. 503 only if the database is down, or takes no writes, as on a full disk.
         */
        get: operations["monitoringHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the health of the service: another address of GET /monitoring/health
         * @description Checked at most once a second. 503 only if the database is down, or takes no writes, as on a full disk.
         */
        get: operations["monitoringShortHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/monitoring/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read metrics for Prometheus
         * @description Metrics of the process that serves the request. 501 on a runtime that keeps none.
         */
        get: operations["monitoringMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the OpenAPI 3.1 document
         * @description This document. It describes what this server serves to others; calls between its own parts are left out.
         */
        get: operations["aboutOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/favicon.ico": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the icon of the pages
         * @description An SVG, as /assets/favicon.svg.
         */
        get: operations["aboutFavicon"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Browse and try the API
         * @description A page of the console: operations by subject, from /openapi.json, each with a form that sends it.
         */
        get: operations["aboutDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List resources
         * @description Newest first unless `sort` says otherwise. `next_cursor` leads to the next page; the last page has none.
         */
        get: operations["resourcesList"];
        put?: never;
        /**
         * Create a resource
         * @description Takes a URL to fetch, or any text as `content`; as multipart/form-data also a `file` in any format that is read. Responds at once; the document is processed in the background.
         */
        post: operations["resourcesCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a resource
         * @description What was sent, what processing found, and with `include=text` the extracted text. Another owner’s id is 404.
         */
        get: operations["resourcesGet"];
        put?: never;
        post?: never;
        /**
         * Delete a resource
         * @description Deletes everything derived from it, too.
         */
        delete: operations["resourcesDelete"];
        options?: never;
        head?: never;
        /**
         * Change a resource
         * @description No stage overwrites a field set by hand. A corrected category is an example for the next classification.
         */
        patch: operations["resourcesUpdate"];
        trace?: never;
    };
    "/resources/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 100 resources
         * @description Results come in the order of the items, each with the status that POST /resources would have had. A refused item does not affect the others.
         */
        post: operations["resourcesCreateBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change many resources
         * @description Deletes, tags or reprocesses up to 1,000 resources by id, or any number by a filter, in the background: GET /tasks/{id} tells how far it is. It counts as one write for every ten documents. 409 for an empty filter and for another count than expected; nothing happens then.
         */
        post: operations["resourcesBulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/known": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find resources by their bytes
         * @description Of up to 1,000 SHA-256 hashes of files, those which the owner has a resource of, in no order; of several with the same bytes, the oldest. A file that the answer lacks is new. Sending a file whose resource has failed processes it again.
         */
        post: operations["resourcesKnown"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a task
         * @description How far a change of many documents is. Only its owner sees it.
         */
        get: operations["tasksGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop processing a resource
         * @description Its unfinished stages fail with "Cancelled"; completed stages stay. 409 if the resource is not being processed.
         */
        post: operations["resourcesCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/reprocess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Process a resource again
         * @description Runs all five stages, or the named ones and those that depend on them. 409 while the resource is being processed.
         */
        post: operations["resourcesReprocess"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/chunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the chunks of a resource
         * @description The passages that search finds, in the order of the text. A chunk begins with the last sentence of the one before.
         */
        get: operations["resourcesChunks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the jobs of a resource
         * @description Its runs, with the reason of those that failed.
         */
        get: operations["resourcesJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List similar resources
         * @description Most similar first. Empty until the graph stage has run.
         */
        get: operations["resourcesSimilar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the graph around a resource
         * @description Every resource that similarity, links and citations connect with it, in either direction, up to `depth` edges away.
         */
        get: operations["resourcesGraph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/taxonomy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the tree of categories
         * @description The same for all accounts. PUT /taxonomy takes what this answers.
         */
        get: operations["taxonomyGet"];
        /**
         * Replace the tree of categories
         * @description Takes the whole tree as GET /taxonomy answers it. Every document is categorised anew in the background; GET /admin/taxonomy tells how far that is. A category keeps its documents as long as its id stays. The same tree again changes nothing.
         */
        put: operations["taxonomyReplace"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/taxonomy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the documents of each category
         * @description Of all accounts. It also tells how far documents are categorised anew after PUT /taxonomy.
         */
        get: operations["taxonomyUse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search resources
         * @description One hit per resource, with its best passages. Any text is a question. `"quoted words"` must occur as a phrase, `-word` must not occur, and `tag:`, `category:`, `language:`, `type:`, `before:`, `after:` and `quality:` filter as the fields of those names do. Words that the library does not know are corrected, which `corrected` says. While no worker answers, the database finds words alone, and the response has `degraded`; cursors lead on only in answers of the same kind. `metadata.<name>=<value>` filters by own metadata. A long question goes by POST.
         */
        get: operations["searchQuery"];
        put?: never;
        /**
         * Search resources by a question in a body
         * @description One hit per resource, with its best passages. Any text is a question. `"quoted words"` must occur as a phrase, `-word` must not occur, and `tag:`, `category:`, `language:`, `type:`, `before:`, `after:` and `quality:` filter as the fields of those names do. Words that the library does not know are corrected, which `corrected` says. While no worker answers, the database finds words alone, and the response has `degraded`; cursors lead on only in answers of the same kind.
         */
        post: operations["searchAsk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search/suggest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Suggest titles and words
         * @description For the text that has been typed so far. Both lists are empty while no worker answers.
         */
        get: operations["searchSuggest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List callbacks
         * @description The events that were sent to `callback_url`s of the own resources, newest first, with their attempts.
         */
        get: operations["callbacksList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a callback again
         * @description For a callback that was delivered or given up; 409 for a pending one.
         */
        post: operations["callbacksRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the secret that signs callbacks
         * @description Receivers verify `webhook-signature` with it (Standard Webhooks).
         */
        get: operations["callbacksSecret"];
        put?: never;
        /**
         * Replace the secret that signs callbacks
         * @description For a day the previous secret signs callbacks, too, so that receivers can switch to the new one.
         */
        post: operations["callbacksRenewSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description The own addresses at which other systems send documents in. Their secrets are not shown again.
         */
        get: operations["webhooksList"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description `standard`: events signed as in Standard Webhooks, whose `data` is a body of POST /resources. `github`: push and release events of a repository. This response alone shows the secret.
         */
        post: operations["webhooksCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a webhook endpoint
         * @description Events signed with its secret are refused from then on. Documents that arrived through it stay.
         */
        delete: operations["webhooksRevoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs
         * @description Jobs of all owners in one state. A `dead` job failed its last attempt.
         */
        get: operations["jobsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry dead jobs, many in a request
         * @description Retries the newest dead jobs, as POST /admin/jobs/{id}/retry does each. A job that cannot be retried now stays dead and is named with the reason. `next_cursor` leads to the next jobs; the last answer has none.
         */
        post: operations["jobsRetryDead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a dead or cancelled job
         * @description Creates a new job with all attempts. 409 for a job in another state, or if its resource is being processed.
         */
        post: operations["jobsRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a queued or running job
         * @description Its unfinished stages fail with "Cancelled", and a worker that runs it writes nothing more. 409 for a finished job.
         */
        post: operations["jobsCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read statistics by the minute
         * @description What all processes and isolates did, newest minute first; kept for 7 days. A minute without requests and jobs has no row. Counts of the last ten seconds may be missing.
         */
        get: operations["monitoringStatistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the embedding models with their progress
         * @description One is active and embeds questions; others are built beside it until every resource has their vectors.
         */
        get: operations["modelsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register an account
         * @description Creates an account with the tier `free`. With ENV=dev the first account is an admin, if a person at the machine itself registers it. 403 where registration is closed.
         */
        post: operations["accountRegister"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in with a password
         * @description The password grant of OAuth 2, as a form or as JSON. An unknown user and a wrong password get the same response.
         */
        post: operations["tokensLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token for a new pair
         * @description Each refresh token works once. Its immediate parent works for 30 s more, for tabs that refresh at the same time; an older one ends the session. Without a body, the token is read from the cookie of a page of this server.
         */
        post: operations["tokensRefresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how to log in and register here
         * @description Whether accounts can be registered, which providers are configured, and whether mail can be sent.
         */
        get: operations["accountOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a token (RFC 7009)
         * @description Revoking a refresh token ends its session; revoking an access token ends that token alone. An unknown token gets the same response.
         */
        post: operations["tokensRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Introspect a token (RFC 7662)
         * @description For admins, and for resource servers by an API key with the scope `admin`.
         */
        post: operations["tokensIntrospect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a password reset mail
         * @description Known and unknown addresses get the same response. A link stays valid if another mail is asked for. An account is sent three mails in half an hour.
         */
        post: operations["accountForgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset a password with the token of a mail
         * @description Verifies the address and ends every credential of before: sessions, API keys, linked providers, webhook endpoints and the callback secret.
         */
        post: operations["accountResetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/email/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a verification mail
         * @description Mails a link to the address of the account. Its page calls POST /auth/email/verify.
         */
        post: operations["accountRequestVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/email/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an e-mail address with the token of a mail
         * @description The link proves the mailbox. That the same person holds the account is proved by its `password`, or without one by an access token of an interactive session of it in `Authorization`. A wrong password counts as a failed login. A link that is refused for the proof stays valid.
         */
        post: operations["accountVerifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List live sessions
         * @description The logins of the account, with where each began and when it was refreshed last.
         */
        get: operations["sessionsList"];
        put?: never;
        post?: never;
        /**
         * End all sessions, the current one included
         * @description Access tokens of these sessions are refused with the next request. API keys stay valid.
         */
        delete: operations["sessionsEndAll"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session
         * @description Its access tokens are refused with the next request.
         */
        delete: operations["sessionsEnd"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Revokes the access token and ends its session, together with the refresh token.
         */
        post: operations["sessionsLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the own account
         * @description The account that the credentials belong to, with its tier.
         */
        get: operations["accountGet"];
        put?: never;
        post?: never;
        /**
         * Delete the own account and all it owns
         * @description Takes effect at once: sessions, keys and linked providers end, and the name and the address are free. Documents and all that was derived from them are removed in the background. It cannot be undone. 409 for the last admin.
         */
        delete: operations["accountDelete"];
        options?: never;
        head?: never;
        /**
         * Change the own username or e-mail address
         * @description A username changes at once, by the rules of registration; tokens name it from the next refresh. An address changes when the link that is mailed to it is opened at POST /auth/email/verify; the present one is told. 409 names what is taken.
         */
        patch: operations["accountChange"];
        trace?: never;
    };
    "/auth/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description The keys themselves are stored as hashes and not shown again; `prefix` tells them apart.
         */
        get: operations["apiKeysList"];
        put?: never;
        /**
         * Create an API key
         * @description This response alone shows the key. Without `scopes` it has all scopes of the caller.
         */
        post: operations["apiKeysCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete an API key
         * @description The key is refused with the next request.
         */
        delete: operations["apiKeysDelete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List linked providers
         * @description The providers at which the account can log in, beside its password.
         */
        get: operations["providersList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Unlink a provider
         * @description 409 if it is the last way to log in. Sessions that began with a login there go on.
         */
        delete: operations["providersUnlink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List connected apps
         * @description The apps that may act for the account, with the scopes that were granted to each.
         */
        get: operations["grantsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/grants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disconnect an app
         * @description Its tokens end at once. It can be connected again only with the consent of its user.
         */
        delete: operations["grantsRevoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Page on which a user connects an app
         * @description A page for login and consent. A request whose client or redirect URI is not known gets a page and never leads elsewhere. Other faults are told to the app: at once if it is a program on the same computer, else by a link that the person follows.
         */
        get: operations["grantsPage"];
        put?: never;
        /**
         * Let an app use the own library
         * @description The page at GET /oauth/authorize sends this with the parameters of the app and the scopes that its user left ticked. The page then goes to `redirect_to`, which tells the app the outcome. No scope means that the user refused.
         */
        post: operations["grantsConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/rate-limit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the own rate limits
         * @description Costs nothing. `limit`, `remaining` and `reset` are those of the window with the smallest share remaining. Writes also count in the windows `…-writes`, of half the size. `quotas`: what the account may store, where there is such a limit.
         */
        get: operations["accountLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description All accounts, newest first, with their number of documents and when each was last seen; `q` finds names and addresses.
         */
        get: operations["usersList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the tier of an account, or deactivate it
         * @description Deactivating an account and lowering its tier end all its sessions at once. A higher tier applies from the next refresh of a token. It needs the master key or an admin’s recent login; an API key cannot do it, and an admin not to the own account (403). The users behind the master key and TEST_MODE are no accounts, and cannot be changed (403).
         */
        patch: operations["usersUpdate"];
        trace?: never;
    };
    "/admin/users/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the security events of an account
         * @description Logins, refusals and changes of credentials, newest first, with address and client.
         */
        get: operations["usersEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the progress of a resource
         * @description The status of each of the five stages and of the whole. `degraded` says that the store is away and the database was read.
         */
        get: operations["progressGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the progress of a resource, in the form of earlier clients
         * @description One status for all stages. GET /resources/{id}/progress tells them apart.
         */
        get: operations["progressStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/progress/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a ticket for event streams in a browser
         * @description As `?ticket=` it opens event streams, and nothing else, as the caller for 60 seconds.
         */
        post: operations["progressTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/upload-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an upload address
         * @description For 15 minutes it takes a PUT with the bytes of one file of up to 50 MB and responds as POST /resources/upload does. The same file sent again gets the same response; another file is refused.
         */
        post: operations["resourcesUploadUrl"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the own password
         * @description Ends all other sessions of the account. API keys, linked providers, webhook endpoints and the callback secret stay.
         */
        post: operations["accountChangePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the own password
         * @description Makes the session fresh: for 15 minutes it may change the account. Wrong passwords count as failed logins.
         */
        post: operations["accountConfirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/google": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log in with google
         * @description A browser (`Accept: text/html`) is redirected to the provider, or gets a page if that is not possible.
         */
        get: operations["providersGoogle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/google/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finish a login with google
         * @description A login that was begun with `return_to`, or by a browser, returns there: with a single-use `code` for POST /auth/exchange, or with `error` and `error_description` if it failed or the person cancelled it.
         */
        get: operations["providersGoogleCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/github": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log in with github
         * @description A browser (`Accept: text/html`) is redirected to the provider, or gets a page if that is not possible.
         */
        get: operations["providersGithub"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/github/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finish a login with github
         * @description A login that was begun with `return_to`, or by a browser, returns there: with a single-use `code` for POST /auth/exchange, or with `error` and `error_description` if it failed or the person cancelled it.
         */
        get: operations["providersGithubCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log in with oidc
         * @description A browser (`Accept: text/html`) is redirected to the provider, or gets a page if that is not possible.
         */
        get: operations["providersOidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finish a login with oidc
         * @description A login that was begun with `return_to`, or by a browser, returns there: with a single-use `code` for POST /auth/exchange, or with `error` and `error_description` if it failed or the person cancelled it.
         */
        get: operations["providersOidcCallback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/link/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link a provider to the own account
         * @description Open `authorization_url` in the same browser. The callback then links the provider instead of logging in.
         */
        post: operations["providersLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the code of a browser login for a token pair
         * @description Only in the browser that began the login, within a minute. A page of another origin sends its cookies (`credentials: include`).
         */
        post: operations["tokensExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a code or a refresh token of an app for tokens
         * @description An app exchanges its code, with the verifier of its challenge, for the tokens of a grant, and a refresh token for the next pair. A code works once, within a minute; used again it ends the grant. Refresh tokens rotate as those of logins do.
         */
        post: operations["grantsToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/oauth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register an app (RFC 7591)
         * @description For public clients, which have no secret. Metadata that Pharos does not know is ignored; the response says what was registered. A client that no user connects within 24 hours is deleted.
         */
        post: operations["grantsRegister"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Authorization server metadata (RFC 8414)
         * @description What OAuth clients need to know to get a token here, and where they send it.
         */
        get: operations["tokensMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Authorization server metadata, at the path that clients of /mcp try first
         * @description What OAuth clients need to know to get a token here, and where they send it.
         */
        get: operations["tokensMetadataOfAssistants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-protected-resource": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Protected resource metadata of the API (RFC 9728)
         * @description What OAuth clients need to know to get a token here, and where they send it.
         */
        get: operations["tokensResourceMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-protected-resource/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Protected resource metadata of /mcp (RFC 9728)
         * @description What OAuth clients need to know to get a token here, and where they send it.
         */
        get: operations["tokensAssistantsResourceMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Public keys that verify access tokens (RFC 7517)
         * @description Empty if a shared secret signs access tokens.
         */
        get: operations["tokensKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file
         * @description A document in any format that is read, up to 50 MB, as the part `file` of multipart/form-data.
         */
        post: operations["resourcesUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the original of a resource
         * @description The bytes that were sent, or that were fetched from the URL, with their type and file name. They are a stranger’s: the response forbids a browser to show them as a page of this server. On Cloudflare Workers, content over 5 MB is a redirect to an address of the worker, which works for a minute.
         */
        get: operations["resourcesContent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the text of a resource
         * @description As Markdown; plain for documents read before November 2026. All offsets are in UTF-16 units into this text.
         */
        get: operations["resourcesText"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{id}/progress/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the progress of a resource
         * @description After a lost connection, `Last-Event-ID` continues where it ended. Browsers pass a ticket of POST /progress/tickets.
         */
        get: operations["progressEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/progress/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the progress of several resources
         * @description Ids of resources that are not the caller's are ignored; 404 if no id remains.
         */
        get: operations["progressSharedEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Embed texts
         * @description OpenAI's protocol, so that its clients work with this server as their base URL. 400 names the first field that is not valid, and the first text of which the model knows no word. Other errors are problem documents with an `error` as OpenAI has it.
         */
        post: operations["embeddingsCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List embedding models
         * @description OpenAI's protocol.
         */
        get: operations["embeddingsModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Call a method of the Model Context Protocol
         * @description Streamable HTTP without sessions: every request is answered by JSON, and there is no stream to GET. Clients find out by the methods `initialize` and `tools/list` what there is.
         */
        post: operations["assistantsMcp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/ingest/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event
         * @description Signed with the endpoint’s secret: `webhook-id`, `webhook-timestamp` and `webhook-signature`, or `X-Hub-Signature-256`. A repeated event gets the response of the first one and has no effect.
         */
        post: operations["webhooksReceive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Home: {
            name: string;
            version: string;
            /** Format: uri */
            docs: string;
            /** Format: uri */
            openapi: string;
            /** Format: uri */
            health: string;
        };
        /** @description RFC 9457 problem details */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            request_id: string;
            errors?: {
                path: string;
                message: string;
            }[];
        };
        UnreadProblem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            instance?: string;
            request_id?: string;
            errors?: {
                path: string;
                message: string;
            }[];
        };
        Health: {
            /**
             * @description unhealthy: the database is down or takes no writes; degraded: something else is down
             * @enum {string}
             */
            status: "healthy" | "degraded" | "unhealthy";
            checks: {
                database: {
                    /** @enum {string} */
                    status: "healthy" | "unhealthy";
                    /** @description Duration of the check, at most its deadline of one second */
                    latency_ms: number;
                    /** @description Why the database is unhealthy, if it can be read but not written */
                    reason?: string;
                };
                kv: {
                    /** @enum {string} */
                    status: "healthy" | "unhealthy";
                    /** @description Duration of the check, at most its deadline of one second */
                    latency_ms: number;
                };
                queue: {
                    /** @enum {string} */
                    status: "healthy" | "unhealthy";
                    /** @description Duration of the check, at most its deadline of one second */
                    latency_ms: number;
                };
                worker: {
                    /** @enum {string} */
                    status: "healthy" | "unhealthy";
                    /** @description Duration of the check, at most its deadline of one second */
                    latency_ms: number;
                };
            };
        };
        ResourcePage: {
            resources: components["schemas"]["Resource"][];
            next_cursor?: string;
            total?: number;
            facets?: components["schemas"]["ResourceFacets"];
        };
        Resource: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            id: string;
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed";
            error_message?: string;
            url?: string;
            content_type?: string;
            /** @description Of the uploaded file */
            filename?: string;
            /** @description SHA-256 of the ingested bytes */
            content_hash?: string;
            title?: string;
            description?: string;
            tags: string[];
            metadata: {
                [key: string]: unknown;
            };
            /** @description Fields set by hand, which processing does not overwrite */
            edited: string[];
            callback_url?: string;
            /** @example en */
            language?: string;
            authors: string[];
            published_at?: string;
            canonical_url?: string;
            doi?: string;
            arxiv_id?: string;
            summary?: string;
            keywords: string[];
            word_count?: number;
            quality_score?: number;
            quality?: components["schemas"]["Quality"];
            category?: string;
            categories: {
                id: string;
                label: string;
                confidence: number;
            }[];
            centrality?: number;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            updated_at: string;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            completed_at?: string;
            /**
             * @description Of the text: `plain` for documents read before November 2026
             * @enum {string}
             */
            text_format?: "markdown" | "plain";
            /** @description Only with `include=text`. Offsets into it are in UTF-16 units */
            text?: string;
        };
        /** @description Six dimensions from 0 to 1 with reasons and weights, and their weighted mean */
        Quality: {
            total: number;
            dimensions: {
                completeness?: {
                    score?: number;
                    weight: number;
                    reasons: string[];
                };
                credibility?: {
                    score?: number;
                    weight: number;
                    reasons: string[];
                };
                depth?: {
                    score?: number;
                    weight: number;
                    reasons: string[];
                };
                readability?: {
                    score?: number;
                    weight: number;
                    reasons: string[];
                };
                structure?: {
                    score?: number;
                    weight: number;
                    reasons: string[];
                };
                freshness?: {
                    score?: number;
                    weight: number;
                    reasons: string[];
                };
            };
        };
        ResourceFacets: {
            /** @description With those of their subtrees */
            category: {
                value: string;
                count: number;
            }[];
            tag: {
                value: string;
                count: number;
            }[];
            language: {
                value: string;
                count: number;
            }[];
            /** @description Media types */
            type: {
                value: string;
                count: number;
            }[];
            /** @description In UTC, of the moment at which they were added */
            year: {
                value: string;
                count: number;
            }[];
        };
        ResourceChanges: {
            /**
             * @description Default: the title in the document. At most 500 characters.
             * @example Why glaciers calve
             */
            title?: string;
            /** @example Read before the trip. */
            description?: string;
            /**
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            tags?: string[];
            /**
             * @description Stored unchanged: at most 64 KB, 1,000 members an object and 64 levels deep
             * @example {
             *       "shelf": "B3"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Id of a category of GET /taxonomy */
            category?: string;
        };
        BatchAnswers: {
            resources: (components["schemas"]["BatchAccepted"] | components["schemas"]["BatchRefused"])[];
        };
        BatchAccepted: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            id: string;
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed";
            /** Format: uri */
            progress_url: string;
            /** Format: uri */
            events_url: string;
            http_status: 200 | 202;
        };
        BatchRefused: {
            http_status: number;
            detail: string;
            errors?: {
                path: string;
                message: string;
            }[];
        };
        /**
         * @example {
         *       "resources": [
         *         {
         *           "content": "Glaciers flow…"
         *         },
         *         {
         *           "url": "https://example.org/a"
         *         }
         *       ]
         *     }
         */
        Batch: {
            resources: Record<string, never>[];
        };
        Task: {
            id: string;
            /** @enum {string} */
            kind: "resources.bulk";
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed" | "cancelled";
            /** @description Documents that were dealt with, those with an error included */
            done: number;
            total: number;
            /** @description By document, the first 100 */
            errors: {
                id: string;
                message: string;
            }[];
            /** @description Why the whole task failed */
            error?: string;
        };
        BulkChange: {
            /**
             * @description `delete` needs the scope `resources:delete`
             * @enum {string}
             */
            action: "delete" | "tag" | "reprocess";
            /** @description Excludes `filter` */
            ids?: string[];
            /** @description As in GET /resources: the documents that are there now */
            filter?: {
                /** @description Id of a category, which finds its subtree. Repeat the parameter for one of several */
                category?: string | string[];
                /** @description A tag. Repeat the parameter for one of several */
                tag?: string | string[];
                /** @description A language by its code or English name, as `en` or `german`. Repeat the parameter for one of several */
                language?: string | string[];
                /** @description A media type or the name of a format, as `pdf`. Repeat the parameter for one of several */
                type?: string | string[];
                /** @description Added at or after this date or time (UTC unless it says otherwise) */
                after?: string;
                /** @description Added before this date or time */
                before?: string;
                /** @description Repeat the parameter for one of several */
                status?: ("pending" | "processing" | "completed" | "failed") | ("pending" | "processing" | "completed" | "failed")[];
                /** @description Excludes resources without a quality score */
                min_quality?: number;
                /** @description Part of the title; of the file name or URL where there is none */
                title?: string;
                /** @description Part of the title, description, summary or URL */
                q?: string;
            };
            /** @description How many documents that is; another count is 409 */
            expected_count: number;
            /**
             * @description With `tag`
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            add_tags?: string[];
            /**
             * @description With `tag`
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            remove_tags?: string[];
            /** @description With `reprocess`. Default: all */
            stages?: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
        } & ((unknown | unknown) & (({
            /** @enum {unknown} */
            action?: "tag";
            stages?: unknown;
        } | unknown | unknown) | {
            /** @enum {unknown} */
            action?: "delete";
            add_tags?: unknown;
            remove_tags?: unknown;
            stages?: unknown;
        } | {
            /** @enum {unknown} */
            action?: "reprocess";
            add_tags?: unknown;
            remove_tags?: unknown;
        }));
        AcceptedReprocess: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            id: string;
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed";
            /** Format: uri */
            progress_url: string;
            /** Format: uri */
            events_url: string;
            stages: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
        };
        Reprocess: {
            stages?: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
        };
        ChunkPage: {
            chunks: components["schemas"]["Chunk"][];
            next_cursor?: string;
        };
        Chunk: {
            id: string;
            /** @description From 0, in the order of the text */
            position: number;
            text: string;
            heading_path: string[];
            /** @description UTF-16 units into the text of the resource */
            char_start: number;
            char_end: number;
            /** @description From 1, in formats with pages */
            page_start?: number;
            page_end?: number;
            word_count: number;
        };
        ResourceJob: {
            id: string;
            /**
             * @description `resource.process` runs stages of a resource
             * @example resource.process
             */
            kind: string;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "dead" | "cancelled" | "retried";
            /** @description Empty for jobs of other kinds */
            stages: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
            attempt: number;
            max_attempts: number;
            error?: string;
            /**
             * Format: date-time
             * @description Earliest start of a queued job
             */
            available_at?: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            finished_at?: string;
        };
        SimilarResources: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            resource_id: string;
            similar: components["schemas"]["SimilarResource"][];
        };
        SimilarResource: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            id: string;
            title?: string;
            url?: string;
            category?: string;
            score: number;
            evidence: components["schemas"]["EdgeEvidence"];
        };
        EdgeEvidence: {
            cosine?: number;
            shared_keywords?: string[];
            same_category?: boolean;
            /** @description Words around the link */
            context?: string;
        };
        ResourceGraph: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            resource_id: string;
            depth: number;
            nodes: components["schemas"]["GraphNode"][];
            edges: components["schemas"]["GraphEdge"][];
            /** @description True if the graph was cut off at the largest number of nodes */
            truncated: boolean;
        };
        GraphNode: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            id: string;
            title?: string;
            url?: string;
            category?: string;
            depth: number;
            centrality?: number;
        };
        GraphEdge: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            source: string;
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            target: string;
            /** @enum {string} */
            kind: "similar" | "links" | "cites";
            weight: number;
            evidence: components["schemas"]["EdgeEvidence"];
        };
        Taxonomy: {
            /** @description Rises with every change of the tree; it is the ETag, too */
            version: number;
            categories: components["schemas"]["Category"][];
        };
        Category: {
            id: string;
            label: string;
            description: string;
            keywords: string[];
            examples: string[];
            children: components["schemas"]["Category"][];
        };
        ReplacedTaxonomy: {
            /** @description Rises with every change of the tree; it is the ETag, too */
            version: number;
            categories: components["schemas"]["Category"][];
            /** @description Documents that are categorised anew, in the background */
            documents: number;
            /** @description Documents whose category is gone: uncategorised until they are done */
            uncategorised: number;
            /** @description Of those, how many a person had filed there: that correction is lost */
            corrections: number;
        };
        TaxonomyReplace: {
            /** @description The version that the tree was made from: 412 where it is not the latest. If-Match says the same. */
            version?: number;
            categories: components["schemas"]["NewCategory"][];
        };
        NewCategory: {
            /**
             * @description Documents refer to it: keep it when the label changes
             * @example science.earth
             */
            id: string;
            label: string;
            /** @default  */
            description: string;
            /** @default [] */
            keywords: string[];
            /**
             * @description Titles or sentences of documents that belong here
             * @default []
             */
            examples: string[];
            /** @default [] */
            children: components["schemas"]["NewCategory"][];
        };
        TaxonomyUse: {
            version: number;
            /** @description Categories that have documents, `uncategorised` among them */
            categories: {
                id: string;
                /** @description With this category, not with one below it */
                documents: number;
                /** @description Of those, how many a person has filed there */
                corrected: number;
            }[];
            /** @description How many documents are categorised by the latest tree; absent once all are */
            categorising?: {
                done: number;
                total: number;
            };
        };
        SearchResult: {
            query: string;
            /** @enum {string} */
            mode: "hybrid" | "semantic" | "keyword";
            took_ms: number;
            timing: components["schemas"]["SearchTiming"];
            /** @description All hits, of which a page has `limit` */
            total: number;
            corrected?: components["schemas"]["SearchCorrection"];
            /**
             * @description No worker answered: hits are by words alone, from the database
             * @enum {boolean}
             */
            degraded?: true;
            /**
             * @description Even the best hit is unlikely to be relevant
             * @enum {boolean}
             */
            weak?: true;
            facets?: components["schemas"]["SearchFacets"];
            hits: components["schemas"]["SearchHit"][];
            next_cursor?: string;
        };
        /** @description Milliseconds of the parts */
        SearchTiming: {
            embed: number;
            words: number;
            meaning: number;
            read: number;
        };
        /** @description Words that the library does not have were taken for others */
        SearchCorrection: {
            from: string;
            to: string;
        };
        /** @description Counts of all hits by value, each under the other filters; absent while `degraded` */
        SearchFacets: {
            category: {
                value: string;
                count: number;
            }[];
            tag: {
                value: string;
                count: number;
            }[];
            language: {
                value: string;
                count: number;
            }[];
            type: {
                value: string;
                count: number;
            }[];
            year: {
                value: string;
                count: number;
            }[];
        };
        SearchHit: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            resource_id: string;
            title: string;
            /** @description Where words of the question are in `title` */
            title_highlights: number[][];
            url?: string;
            /**
             * @description Media type
             * @example application/pdf
             */
            type?: string;
            /** @description Id of its category */
            category?: string;
            /** @example en */
            language?: string;
            tags: string[];
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            created_at: string;
            /** @description How likely the hit is to be relevant, 0 to 1; while `degraded` only an order */
            score: number;
            why: components["schemas"]["SearchReason"];
            /** @description Rank by meaning, from 1 */
            semantic_rank?: number;
            /** @description Rank by words, from 1 */
            keyword_rank?: number;
            /** @description The best first */
            passages: components["schemas"]["SearchPassage"][];
            /** @description The text of the first passage */
            passage: string;
            chunk: components["schemas"]["SearchChunk"];
        };
        SearchReason: {
            /** @description Words of the question that the resource holds */
            words: string[];
            /** @description Nearness in meaning, 0 to 1 */
            meaning: number;
        };
        SearchPassage: {
            text: string;
            /** @description Where words of the question are: ranges of UTF-16 units into `text`, without the end */
            highlights: number[][];
            chunk: components["schemas"]["SearchChunk"];
        };
        SearchChunk: {
            id: string;
            position: number;
            heading_path: string[];
            /** @description UTF-16 units into the text of the resource */
            char_start: number;
            char_end: number;
            page_start?: number;
            page_end?: number;
        };
        SearchQuestion: {
            /** @example why does ice break off into the sea? */
            q?: string;
            /** @description Instead of `q`: the id of a resource, which itself is no hit, or a text, whose operators are words */
            similar_to?: string;
            /**
             * @default hybrid
             * @enum {string}
             */
            mode: "hybrid" | "semantic" | "keyword";
            /**
             * @description `date`: the latest first
             * @default relevance
             * @enum {string}
             */
            sort: "relevance" | "date" | "title";
            /** @description Id of a category, which finds its subtree. Repeat the parameter for one of several */
            category?: string | string[];
            /** @description A tag. Repeat the parameter for one of several */
            tag?: string | string[];
            /** @description A language by its code or English name, as `en` or `german`. Repeat the parameter for one of several */
            language?: string | string[];
            /** @description A media type or the name of a format, as `pdf`. Repeat the parameter for one of several */
            type?: string | string[];
            /** @description Added at or after this date or time (UTC unless it says otherwise) */
            after?: string;
            /** @description Added before this date or time */
            before?: string;
            /** @description Values of own metadata by name */
            metadata?: {
                [key: string]: string | string[];
            };
            cursor?: string;
            /** @description Excludes resources without a quality score */
            min_quality?: number;
            /** @description The same as `min_quality` */
            quality?: number;
            /**
             * @description The last word may be the beginning of one; by words alone
             * @default false
             */
            prefix: boolean;
            /** @default 10 */
            limit: number;
        };
        Suggestions: {
            titles: {
                /**
                 * Format: uuid
                 * @example 01900000-0000-7000-8000-000000000001
                 */
                resource_id: string;
                title: string;
            }[];
            /** @description Words that the last one may become, the most frequent first */
            words: string[];
        };
        CallbackDelivery: {
            /** @description Sent as `webhook-id` with every attempt */
            id: string;
            resource_id: string;
            /** @enum {string} */
            event: "resource.completed" | "resource.failed";
            url: string;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed";
            attempts: number;
            /** Format: date-time */
            next_attempt_at?: string;
            /** @description HTTP status of the last response */
            response_status?: number;
            error?: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            finished_at?: string;
        };
        CallbackSecret: {
            /** @example whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD */
            secret: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description Until then the previous secret signs deliveries, too
             */
            previous_valid_until?: string;
        };
        CreatedWebhookEndpoint: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "standard" | "github";
            tags: string[];
            /**
             * Format: uri
             * @description Address to send events to
             */
            url: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at?: string;
            secret: string;
        };
        NewWebhookEndpoint: {
            /** @example the blog */
            name: string;
            /**
             * @default standard
             * @enum {string}
             */
            kind: "standard" | "github";
            /**
             * @description Added to every document that arrives at this endpoint
             * @default []
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            tags: string[];
        };
        WebhookEndpoint: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "standard" | "github";
            tags: string[];
            /**
             * Format: uri
             * @description Address to send events to
             */
            url: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at?: string;
        };
        ListedJob: {
            id: string;
            /**
             * @description `resource.process` runs stages of a resource
             * @example resource.process
             */
            kind: string;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "dead" | "cancelled" | "retried";
            /** @description `installation` for a job that belongs to no user */
            owner_id: string;
            resource_id?: string;
            /** @description Empty for jobs of other kinds */
            stages: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
            /** @description What the job is to do; its fields depend on the kind */
            payload: {
                [key: string]: unknown;
            };
            attempt: number;
            max_attempts: number;
            error?: string;
            /**
             * Format: date-time
             * @description Earliest start of a queued job
             */
            available_at?: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            finished_at?: string;
            /**
             * @description Of a dead or cancelled job: the stage at which it ended, while no later run has passed it
             * @enum {string}
             */
            failed_stage?: "ingestion" | "quality" | "taxonomy" | "graph" | "embedding";
            /** @description Title, file name or URL of the resource, the first that it has */
            resource_name?: string;
        };
        RetriedJobs: {
            /** @description How many jobs have a new one */
            retried: number;
            refused: {
                id: string;
                reason: string;
            }[];
            next_cursor?: string;
        };
        RetriedJob: {
            id: string;
            resource_id?: string;
            stages: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
        };
        Job: {
            id: string;
            /**
             * @description `resource.process` runs stages of a resource
             * @example resource.process
             */
            kind: string;
            /** @enum {string} */
            state: "queued" | "running" | "done" | "dead" | "cancelled" | "retried";
            /** @description `installation` for a job that belongs to no user */
            owner_id: string;
            resource_id?: string;
            /** @description Empty for jobs of other kinds */
            stages: ("ingestion" | "quality" | "taxonomy" | "graph" | "embedding")[];
            /** @description What the job is to do; its fields depend on the kind */
            payload: {
                [key: string]: unknown;
            };
            attempt: number;
            max_attempts: number;
            error?: string;
            /**
             * Format: date-time
             * @description Earliest start of a queued job
             */
            available_at?: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            finished_at?: string;
        };
        Statistics: {
            minutes: components["schemas"]["MinuteStatistics"][];
        };
        MinuteStatistics: {
            /**
             * Format: date-time
             * @description Its beginning
             */
            minute: string;
            requests: number;
            /** @description Responses 400 to 499 */
            client_errors: number;
            /** @description Responses 500 to 599 */
            server_errors: number;
            latency_ms?: {
                mean: number;
                /** @description Milliseconds that so many requests took at most */
                p50: number;
                /** @description Milliseconds that so many requests took at most */
                p95: number;
                /** @description Milliseconds that so many requests took at most */
                p99: number;
                max: number;
            };
            /** @description The most jobs that were counted */
            queue: {
                waiting: number;
                running: number;
            };
            /** @description Reports of the worker about documents */
            progress_reports: number;
        };
        EmbeddingModel: {
            /** @description Name and digest of the files; vectors are stored under it */
            id: string;
            name: string;
            /**
             * @description active: searches use it; building: documents are embedded for it; retired: its vectors are removed after a day
             * @enum {string}
             */
            state: "building" | "active" | "retired";
            dimensions?: number;
            /** @description Absent if they are unknown */
            languages?: string[];
            documents: {
                /** @description Documents with text */
                total: number;
                embedded: number;
                /** @description Given up after the last attempt; they are found by words */
                failed: number;
                /** @description Embedded or given up, of all */
                percent: number;
                /** @description Of a model that is being built: until it is complete, at the pace so far */
                eta_seconds?: number;
            };
            /** @description The first 20 of those that failed */
            failed_document_ids: string[];
            /**
             * Format: date-time
             * @description The switch to the model was asked for; it happens once every document is embedded
             */
            activation_requested_at?: string;
            /** Format: date-time */
            activated_at?: string;
            /** Format: date-time */
            retired_at?: string;
            /**
             * Format: date-time
             * @description When the vectors of a retired model are removed
             */
            removed_at?: string;
        };
        User: {
            id: string;
            username: string;
            email: string;
            /** @enum {string} */
            tier: "free" | "premium" | "admin";
            active: boolean;
            email_verified: boolean;
            /** Format: date-time */
            created_at: string;
        };
        Registration: {
            /**
             * @description 3 to 64 letters, digits, dots, underscores and hyphens; starts with a letter or digit. Letters are of one script. Names that read like those of the service are reserved
             * @example ada
             */
            username: string;
            /**
             * Format: email
             * @example ada@example.org
             */
            email: string;
            /**
             * @description 8 to 128 characters; the most common passwords are refused
             * @example four unrelated plain words
             */
            password: string;
        };
        SessionTokens: {
            access_token: string;
            /** @description Absent where it is in a cookie */
            refresh_token?: string;
            /** @enum {string} */
            token_type: "bearer";
            /**
             * @description Seconds
             * @example 1800
             */
            expires_in: number;
            /** @example resources:read resources:write resources:delete search */
            scope: string;
            user: components["schemas"]["User"];
        };
        Login: {
            /** @enum {string} */
            grant_type?: "password";
            /**
             * @description Username or e-mail address
             * @example ada
             */
            username: string;
            password: string;
            /** @description Separated by spaces; scopes beyond the tier of the account are ignored */
            scope?: string;
            /** @description For pages of this server: the refresh token is set as a cookie, and left out of the response */
            cookie?: boolean | ("true" | "false");
        };
        Refresh: {
            refresh_token: string;
            /** @description Narrows the new access token, not the session; scopes that the session lacks are ignored */
            scope?: string;
        };
        AuthOptions: {
            /** @enum {string} */
            registration: "open" | "closed";
            /** @description Configured login providers */
            providers: ("google" | "github" | "oidc")[];
            /** @description Whether this server can send links by mail */
            mail: boolean;
            /** @description Whether no account exists yet */
            first_run: boolean;
        };
        TokenForm: {
            token: string;
            token_type_hint?: string;
        };
        Introspection: {
            active: boolean;
            /** @enum {string} */
            token_type?: "access_token" | "refresh_token";
            scope?: string;
            sub?: string;
            username?: string;
            iss?: string;
            aud?: string;
            jti?: string;
            exp?: number;
            iat?: number;
        };
        PasswordForgotten: {
            /** Format: email */
            email: string;
        };
        PasswordReset: {
            /** @description Part after the # of the link in the mail */
            token: string;
            /**
             * @description 8 to 128 characters; the most common passwords are refused
             * @example four unrelated plain words
             */
            password: string;
        };
        EmailVerification: {
            /** @description Part after the # of the link in the mail */
            token: string;
            /** @description Password of the account; required without an access token of it */
            password?: string;
        };
        Session: {
            id: string;
            current: boolean;
            /**
             * @description Only interactive sessions may change the account
             * @enum {string}
             */
            kind: "interactive" | "grant";
            /**
             * Format: date-time
             * @description Last login or confirmation of the password
             */
            authenticated_at?: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_refreshed_at: string;
            /** Format: date-time */
            expires_at: string;
            user_agent?: string;
            address?: string;
        };
        ChangedUser: {
            id: string;
            username: string;
            email: string;
            /** @enum {string} */
            tier: "free" | "premium" | "admin";
            active: boolean;
            email_verified: boolean;
            /** Format: date-time */
            created_at: string;
            /** @description The new address, until it is proved */
            pending_email?: string;
        };
        AccountChanges: {
            /**
             * @description 3 to 64 letters, digits, dots, underscores and hyphens; starts with a letter or digit. Letters are of one script. Names that read like those of the service are reserved
             * @example ada
             */
            username?: string;
            /**
             * Format: email
             * @example ada@example.org
             */
            email?: string;
        };
        CreatedApiKey: {
            id: string;
            name: string;
            /**
             * @description First characters of the key, by which its owner recognises it
             * @example pharos_Ab3xY
             */
            prefix: string;
            scopes: ("resources:read" | "resources:write" | "resources:delete" | "search" | "admin")[];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at?: string;
            /** Format: date-time */
            last_used_at?: string;
            key: string;
        };
        NewApiKey: {
            name: string;
            scopes?: ("resources:read" | "resources:write" | "resources:delete" | "search" | "admin")[];
            /** Format: date-time */
            expires_at?: string;
        };
        ApiKey: {
            id: string;
            name: string;
            /**
             * @description First characters of the key, by which its owner recognises it
             * @example pharos_Ab3xY
             */
            prefix: string;
            scopes: ("resources:read" | "resources:write" | "resources:delete" | "search" | "admin")[];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at?: string;
            /** Format: date-time */
            last_used_at?: string;
        };
        /** @description `email`: the address at the provider when it was linked */
        LinkedProvider: {
            /** @enum {string} */
            provider: "google" | "github" | "oidc";
            email?: string;
            /** Format: date-time */
            linked_at: string;
        };
        Grant: {
            id: string;
            client: {
                id: string;
                /**
                 * @description As the app calls itself
                 * @example An assistant
                 */
                name: string;
                redirect_uris: string[];
            };
            scopes: ("resources:read" | "resources:write" | "resources:delete" | "search")[];
            /** @description What the tokens are for: the address of the API, or that of `/mcp` */
            resource: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_refreshed_at: string;
            /**
             * Format: date-time
             * @description Unless the app refreshes its tokens before
             */
            expires_at: string;
        };
        ConsentOutcome: {
            redirect_to: string;
        };
        Consent: {
            client_id: string;
            /** @description As registered; a loopback address may have any port */
            redirect_uri: string;
            /**
             * @description `code`
             * @example code
             */
            response_type?: string;
            /** @description Separated by spaces; scopes that an app cannot have are ignored */
            scope?: string;
            state?: string;
            /** @description SHA-256 of the verifier in base64url */
            code_challenge?: string;
            /**
             * @description `S256`
             * @example S256
             */
            code_challenge_method?: string;
            /** @description What the tokens are for: the address of the API, or that of `/mcp`. Default: the API */
            resource?: string | string[];
            /** @description Some of the scopes asked for */
            approved: ("resources:read" | "resources:write" | "resources:delete" | "search")[];
        };
        RateLimit: {
            /** @enum {string} */
            tier: "free" | "premium" | "admin";
            /** @enum {boolean} */
            unlimited?: true;
            limit?: number;
            remaining?: number;
            reset?: number;
            windows?: {
                /** @example minute */
                policy: string;
                window_seconds: number;
                limit: number;
                remaining: number;
                /** @description Unix seconds at which every request counted now has left the window */
                reset: number;
            }[];
            quotas?: {
                documents?: {
                    limit: number;
                    used: number;
                    remaining: number;
                };
                bytes?: {
                    limit: number;
                    used: number;
                    remaining: number;
                };
            };
        };
        ListedUser: {
            id: string;
            username: string;
            email: string;
            /** @enum {string} */
            tier: "free" | "premium" | "admin";
            active: boolean;
            email_verified: boolean;
            /** Format: date-time */
            created_at: string;
            documents: number;
            /**
             * Format: date-time
             * @description The last login, renewal of a session or use of an API key
             */
            last_seen_at?: string;
            /**
             * @description Stands for the master key or TEST_MODE: it has no login, and cannot be changed
             * @enum {boolean}
             */
            system?: true;
        };
        AccountChange: {
            /** @enum {string} */
            tier?: "free" | "premium" | "admin";
            active?: boolean;
        };
        SecurityEvent: {
            id: string;
            event: string;
            /** Format: date-time */
            created_at: string;
            address?: string;
            user_agent?: string;
            reason?: string;
        };
        ResourceProgress: {
            resource_id: string;
            /**
             * @description any failed: failed; any processing: processing; all completed: completed; else pending
             * @enum {string}
             */
            overall_status: "pending" | "processing" | "completed" | "failed";
            percent: number;
            stages: {
                /** @enum {string} */
                ingestion: "pending" | "processing" | "completed" | "failed";
                /** @enum {string} */
                quality: "pending" | "processing" | "completed" | "failed";
                /** @enum {string} */
                taxonomy: "pending" | "processing" | "completed" | "failed";
                /** @enum {string} */
                graph: "pending" | "processing" | "completed" | "failed";
                /** @enum {string} */
                embedding: "pending" | "processing" | "completed" | "failed";
            };
            detail: {
                ingestion: {
                    /** Format: date-time */
                    started_at: string | null;
                    /** Format: date-time */
                    finished_at: string | null;
                    percent: number;
                    /** @description 1 for the first attempt of this run, 0 before it */
                    attempt: number;
                    /** @description What the stage is doing, or why it failed */
                    message: string | null;
                };
                quality: {
                    /** Format: date-time */
                    started_at: string | null;
                    /** Format: date-time */
                    finished_at: string | null;
                    percent: number;
                    /** @description 1 for the first attempt of this run, 0 before it */
                    attempt: number;
                    /** @description What the stage is doing, or why it failed */
                    message: string | null;
                };
                taxonomy: {
                    /** Format: date-time */
                    started_at: string | null;
                    /** Format: date-time */
                    finished_at: string | null;
                    percent: number;
                    /** @description 1 for the first attempt of this run, 0 before it */
                    attempt: number;
                    /** @description What the stage is doing, or why it failed */
                    message: string | null;
                };
                graph: {
                    /** Format: date-time */
                    started_at: string | null;
                    /** Format: date-time */
                    finished_at: string | null;
                    percent: number;
                    /** @description 1 for the first attempt of this run, 0 before it */
                    attempt: number;
                    /** @description What the stage is doing, or why it failed */
                    message: string | null;
                };
                embedding: {
                    /** Format: date-time */
                    started_at: string | null;
                    /** Format: date-time */
                    finished_at: string | null;
                    percent: number;
                    /** @description 1 for the first attempt of this run, 0 before it */
                    attempt: number;
                    /** @description What the stage is doing, or why it failed */
                    message: string | null;
                };
            };
            /** @description The first failed stage's message */
            error_message: string | null;
            /** Format: date-time */
            updated_at: string;
            /** @description Estimated from recent durations of the stages; null if unknown */
            eta_seconds: number | null;
            /**
             * @description The live store was unavailable; this is the durable record
             * @enum {boolean}
             */
            degraded?: true;
        };
        ResourceStatus: {
            id: string;
            /** @enum {string} */
            ingestion_status: "pending" | "processing" | "completed" | "failed";
            ingestion_error: string | null;
            /** Format: date-time */
            ingestion_started_at: string | null;
            /** Format: date-time */
            ingestion_completed_at: string | null;
        };
        ProgressTicket: {
            ticket: string;
            /** @description Seconds */
            expires_in: number;
        };
        UploadUrl: {
            /**
             * Format: uri
             * @description Takes a PUT of the bytes of the file. The address holds the credentials: keep it secret.
             */
            upload_url: string;
            /** @enum {string} */
            method: "PUT";
            /**
             * Format: date-time
             * @example 2026-01-01T12:15:00.000Z
             */
            expires_at: string;
        };
        NewUpload: {
            /** @example glaciers.md */
            filename?: string;
            /**
             * @description The media type of the document. Default: the upload's Content-Type, or what name and bytes tell.
             * @example text/markdown
             */
            content_type?: string;
            /**
             * @description Default: the title in the document. At most 500 characters.
             * @example Why glaciers calve
             */
            title?: string;
            /** @example Read before the trip. */
            description?: string;
            /**
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            tags?: string[];
            /**
             * @description Stored unchanged: at most 64 KB, 1,000 members an object and 64 levels deep
             * @example {
             *       "shelf": "B3"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Format: uri
             * @description Receives a signed event when the document has been processed
             * @example https://example.org/articles/glaciers
             */
            callback_url?: string;
        };
        PasswordChange: {
            current_password: string;
            /**
             * @description 8 to 128 characters; the most common passwords are refused
             * @example four unrelated plain words
             */
            new_password: string;
        };
        Confirmation: {
            password: string;
        };
        OAuthAuthorization: {
            /** Format: uri */
            authorization_url: string;
            state: string;
        };
        Tokens: {
            access_token: string;
            refresh_token: string;
            /** @enum {string} */
            token_type: "bearer";
            /**
             * @description Seconds
             * @example 1800
             */
            expires_in: number;
            /** @example resources:read resources:write resources:delete search */
            scope: string;
        };
        Exchange: {
            code: string;
            /** @description For pages of this server: the refresh token is set as a cookie, and left out of the response */
            cookie?: boolean;
        };
        OAuthError: {
            error: string;
            error_description: string;
        };
        TokenRequest: {
            /**
             * @description `authorization_code` or `refresh_token`
             * @enum {string}
             */
            grant_type: "authorization_code" | "refresh_token";
            client_id: string;
            code?: string;
            code_verifier?: string;
            /** @description As in the authorization request; OAuth 2.1 leaves it out */
            redirect_uri?: string;
            refresh_token?: string;
            /** @description Narrows the access token of a refresh */
            scope?: string;
            /** @description What the tokens are for: the address of the API, or that of `/mcp`. Default: the API */
            resource?: string | string[];
        };
        RegisteredClient: {
            client_id: string;
            client_id_issued_at: number;
            client_name: string;
            redirect_uris: string[];
            grant_types: ("authorization_code" | "refresh_token")[];
            response_types: "code"[];
            /** @enum {string} */
            token_endpoint_auth_method: "none";
            scope: string;
        };
        ClientMetadata: {
            /**
             * @description https, http on 127.0.0.1, [::1] or localhost, or a scheme of the app’s own; without fragment and wildcard
             * @example [
             *       "http://127.0.0.1/callback"
             *     ]
             */
            redirect_uris: string[];
            /** @example An assistant */
            client_name?: string;
            grant_types?: string[];
            response_types?: string[];
        };
        AcceptedResource: {
            /**
             * Format: uuid
             * @example 01900000-0000-7000-8000-000000000001
             */
            id: string;
            /** @enum {string} */
            status: "pending" | "processing" | "completed" | "failed";
            /** Format: uri */
            progress_url: string;
            /** Format: uri */
            events_url: string;
        };
        NewResource: components["schemas"]["NewResourceByUrl"] | components["schemas"]["NewResourceByContent"];
        NewResourceByUrl: {
            /**
             * Format: uri
             * @description The worker fetches it
             * @example https://example.org/articles/glaciers
             */
            url: string;
            /**
             * @description Default: the title in the document. At most 500 characters.
             * @example Why glaciers calve
             */
            title?: string;
            /** @example Read before the trip. */
            description?: string;
            /**
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            tags?: string[];
            /**
             * @description Stored unchanged: at most 64 KB, 1,000 members an object and 64 levels deep
             * @example {
             *       "shelf": "B3"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Format: uri
             * @description Receives a signed event when the document has been processed
             * @example https://example.org/articles/glaciers
             */
            callback_url?: string;
        };
        NewResourceByContent: {
            /**
             * @description At most 5 MB of UTF-8
             * @example Glaciers flow. Where they meet the sea, ice breaks off…
             */
            content: string;
            /**
             * @description The media type of the document. Its bytes decide where they say another. Default: what they look like.
             * @example text/markdown
             */
            content_type?: string;
            /**
             * @description Default: the title in the document. At most 500 characters.
             * @example Why glaciers calve
             */
            title?: string;
            /** @example Read before the trip. */
            description?: string;
            /**
             * @example [
             *       "ice",
             *       "climate"
             *     ]
             */
            tags?: string[];
            /**
             * @description Stored unchanged: at most 64 KB, 1,000 members an object and 64 levels deep
             * @example {
             *       "shelf": "B3"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Format: uri
             * @description Receives a signed event when the document has been processed
             * @example https://example.org/articles/glaciers
             */
            callback_url?: string;
        };
        ProgressEvent: {
            id: string;
            /** @enum {string} */
            event: "snapshot" | "progress";
            /** @description A whole ResourceProgress as JSON */
            data: string;
        };
        Embeddings: {
            /** @enum {string} */
            object: "list";
            data: {
                /** @enum {string} */
                object: "embedding";
                index: number;
                /** @description Of length 1; in base64: little-endian float32 */
                embedding: number[] | string;
            }[];
            model: string;
            usage: {
                prompt_tokens: number;
                total_tokens: number;
            };
        };
        OpenAIError: {
            error: {
                message: string;
                type: string;
                param: string | null;
                code: string | null;
            };
            detail: string;
        };
        EmbeddingRequest: {
            input: string | string[] | number[] | number[][];
            model?: string;
            /**
             * @default float
             * @enum {string}
             */
            encoding_format: "float" | "base64";
            dimensions?: number;
            user?: string;
            /**
             * @description Selects the model's prefix
             * @default document
             * @enum {string}
             */
            input_type: "query" | "document";
            /**
             * @description False refuses an input that is longer than the model reads
             * @default true
             */
            truncate: boolean;
        };
        Models: {
            /** @enum {string} */
            object: "list";
            data: {
                id: string;
                /** @enum {string} */
                object: "model";
                created: number;
                owned_by: string;
            }[];
        };
        McpResponse: {
            /** @enum {string} */
            jsonrpc: "2.0";
        } & {
            [key: string]: unknown;
        };
        McpRequest: {
            /** @enum {string} */
            jsonrpc: "2.0";
            id: string | number;
            method: string;
            params?: {
                [key: string]: unknown;
            };
        };
        McpNotification: {
            /** @enum {string} */
            jsonrpc: "2.0";
            method: string;
            params?: {
                [key: string]: unknown;
            };
        };
        WebhookAnswer: {
            /** @enum {string} */
            outcome: "accepted" | "duplicate" | "ignored";
            documents: {
                resource_id: string;
                /** @enum {string} */
                outcome: "accepted" | "duplicate";
            }[];
        };
        WebhookEvent: {
            /** @example document.published */
            type: string;
            timestamp?: string;
            data: {
                /**
                 * Format: uri
                 * @description The worker fetches it. Excludes `content`.
                 * @example https://example.org/articles/glaciers
                 */
                url?: string;
                /**
                 * @description At most 5 MB of UTF-8
                 * @example Glaciers flow. Where they meet the sea, ice breaks off…
                 */
                content?: string;
                /**
                 * @description The media type of the document. Its bytes decide where they say another. Default: what they look like.
                 * @example text/markdown
                 */
                content_type?: string;
                /**
                 * @description Default: the title in the document. At most 500 characters.
                 * @example Why glaciers calve
                 */
                title?: string;
                /** @example Read before the trip. */
                description?: string;
                /**
                 * @example [
                 *       "ice",
                 *       "climate"
                 *     ]
                 */
                tags?: string[];
                /**
                 * @description Stored unchanged: at most 64 KB, 1,000 members an object and 64 levels deep
                 * @example {
                 *       "shelf": "B3"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
                /**
                 * Format: uri
                 * @description Receives a signed event when the document has been processed
                 * @example https://example.org/articles/glaciers
                 */
                callback_url?: string;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    aboutHome: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The name, the version and the addresses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Home"];
                };
            };
            /** @description To the console, for a client that accepts text/html */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    monitoringHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Healthy, or degraded: requests are still served */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    monitoringShortHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Healthy, or degraded: requests are still served */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    monitoringMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    aboutOpenapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    aboutFavicon: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The icon */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
        };
    };
    aboutDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A web page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    resourcesList: {
        parameters: {
            query?: {
                /** @description Id of a category, which finds its subtree. Repeat the parameter for one of several */
                category?: string | string[];
                /** @description A tag. Repeat the parameter for one of several */
                tag?: string | string[];
                /** @description A language by its code or English name, as `en` or `german`. Repeat the parameter for one of several */
                language?: string | string[];
                /** @description A media type or the name of a format, as `pdf`. Repeat the parameter for one of several */
                type?: string | string[];
                /** @description Added at or after this date or time (UTC unless it says otherwise) */
                after?: string;
                /** @description Added before this date or time */
                before?: string;
                /** @description Repeat the parameter for one of several */
                status?: ("pending" | "processing" | "completed" | "failed") | ("pending" | "processing" | "completed" | "failed")[];
                /** @description Excludes resources without a quality score */
                min_quality?: number | null;
                /** @description Part of the title; of the file name or URL where there is none */
                title?: string;
                /** @description Part of the title, description, summary or URL */
                q?: string;
                /** @description Ascending, or with `-` descending */
                sort?: "created_at" | "-created_at" | "title" | "-title" | "quality" | "-quality";
                /** @description `true`: adds, for each filter, its 100 most frequent values under the other filters */
                facets?: "true" | "false";
                /** @description `true`: adds how many resources all pages have */
                total?: "true" | "false";
                limit?: number;
                cursor?: string;
                /** @description Skips as many resources: for a list that is scrolled to any place. Excludes `cursor` */
                offset?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of resources */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourcePage"];
                };
            };
        };
    };
    resourcesCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description For a day, the same key with the same request gets the response of the first request */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewResource"];
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description A document in any format that is read
                     */
                    file: string;
                    /** @description The media type of the document. Default: that of the part, or what name and bytes tell. */
                    content_type?: string;
                    title?: string;
                    description?: string;
                    /** @description Repeated fields, or one field separated by commas */
                    tags?: string[];
                    /** @description A JSON object */
                    metadata?: string;
                    /** Format: uri */
                    callback_url?: string;
                } | {
                    content: string;
                    /** @description The media type of the document. Default: that of the part, or what name and bytes tell. */
                    content_type?: string;
                    title?: string;
                    description?: string;
                    /** @description Repeated fields, or one field separated by commas */
                    tags?: string[];
                    /** @description A JSON object */
                    metadata?: string;
                    /** Format: uri */
                    callback_url?: string;
                } | {
                    /** Format: uri */
                    url: string;
                    title?: string;
                    description?: string;
                    /** @description Repeated fields, or one field separated by commas */
                    tags?: string[];
                    /** @description A JSON object */
                    metadata?: string;
                    /** Format: uri */
                    callback_url?: string;
                };
            };
        };
        responses: {
            /** @description A duplicate: `id` is the existing resource with the same content */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedResource"];
                };
            };
            /** @description Accepted: five stages will process the document. `Location` is the resource. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedResource"];
                };
            };
        };
    };
    resourcesGet: {
        parameters: {
            query?: {
                /** @description `text`: adds the extracted text */
                include?: "text";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The resource */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resource"];
                };
            };
        };
    };
    resourcesDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resourcesUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResourceChanges"];
            };
        };
        responses: {
            /** @description The changed resource */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Resource"];
                };
            };
        };
    };
    resourcesCreateBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description One result per item */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswers"];
                };
            };
        };
    };
    resourcesBulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkChange"];
            };
        };
        responses: {
            /** @description Accepted: the task that does it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    resourcesKnown: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    hashes: string[];
                };
            };
        };
        responses: {
            /** @description The resources that the owner has */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        resources: {
                            content_hash: string;
                            /**
                             * Format: uuid
                             * @example 01900000-0000-7000-8000-000000000001
                             */
                            id: string;
                            /** @enum {string} */
                            status: "pending" | "processing" | "completed" | "failed";
                        }[];
                    };
                };
            };
        };
    };
    tasksGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
        };
    };
    resourcesCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stopped */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resourcesReprocess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reprocess"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedReprocess"];
                };
            };
        };
    };
    resourcesChunks: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of chunks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChunkPage"];
                };
            };
        };
    };
    resourcesJobs: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        jobs: components["schemas"]["ResourceJob"][];
                        next_cursor?: string;
                    };
                };
            };
        };
    };
    resourcesSimilar: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Similar resources with their scores */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimilarResources"];
                };
            };
        };
    };
    resourcesGraph: {
        parameters: {
            query?: {
                depth?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nodes and edges */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceGraph"];
                };
            };
        };
    };
    taxonomyGet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Root categories with their descendants */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taxonomy"];
                };
            };
        };
    };
    taxonomyReplace: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the tree that was changed; 412 where it is not the latest */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaxonomyReplace"];
            };
        };
        responses: {
            /** @description The tree, and how many documents the change concerns */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplacedTaxonomy"];
                };
            };
        };
    };
    taxonomyUse: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Documents by category */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaxonomyUse"];
                };
            };
        };
    };
    searchQuery: {
        parameters: {
            query?: {
                q?: string;
                /** @description Instead of `q`: the id of a resource, which itself is no hit, or a text, whose operators are words */
                similar_to?: string;
                mode?: "hybrid" | "semantic" | "keyword";
                /** @description `date`: the latest first */
                sort?: "relevance" | "date" | "title";
                /** @description Id of a category, which finds its subtree. Repeat the parameter for one of several */
                category?: string | string[];
                /** @description A tag. Repeat the parameter for one of several */
                tag?: string | string[];
                /** @description A language by its code or English name, as `en` or `german`. Repeat the parameter for one of several */
                language?: string | string[];
                /** @description A media type or the name of a format, as `pdf`. Repeat the parameter for one of several */
                type?: string | string[];
                /** @description Added at or after this date or time (UTC unless it says otherwise) */
                after?: string;
                /** @description Added before this date or time */
                before?: string;
                cursor?: string;
                /** @description Excludes resources without a quality score */
                min_quality?: number | null;
                /** @description The same as `min_quality` */
                quality?: number | null;
                /** @description `true`: the last word may be the beginning of one, as while a question is being typed; by words alone */
                prefix?: "true" | "false";
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Hits, best match first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResult"];
                };
            };
        };
    };
    searchAsk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchQuestion"];
            };
        };
        responses: {
            /** @description Hits, best match first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResult"];
                };
            };
        };
    };
    searchSuggest: {
        parameters: {
            query: {
                q: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Titles and words */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suggestions"];
                };
            };
        };
    };
    callbacksList: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                resource_id?: string;
                state?: "pending" | "delivered" | "failed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        callbacks: components["schemas"]["CallbackDelivery"][];
                        next_cursor?: string;
                    };
                };
            };
        };
    };
    callbacksRetry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The callback, due now */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackDelivery"];
                };
            };
        };
    };
    callbacksSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackSecret"];
                };
            };
        };
    };
    callbacksRenewSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackSecret"];
                };
            };
        };
    };
    webhooksList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        webhooks: components["schemas"]["WebhookEndpoint"][];
                    };
                };
            };
        };
    };
    webhooksCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhookEndpoint"];
            };
        };
        responses: {
            /** @description The endpoint and its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhookEndpoint"];
                };
            };
        };
    };
    webhooksRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    jobsList: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                state?: "queued" | "running" | "done" | "dead" | "cancelled" | "retried";
                owner_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        jobs: components["schemas"]["ListedJob"][];
                        next_cursor?: string;
                    };
                };
            };
        };
    };
    jobsRetryDead: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 20 */
                    limit?: number;
                    cursor?: string;
                };
            };
        };
        responses: {
            /** @description How many were retried */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetriedJobs"];
                };
            };
        };
    };
    jobsRetry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new job */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetriedJob"];
                };
            };
        };
    };
    jobsCancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cancelled job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    monitoringStatistics: {
        parameters: {
            query?: {
                limit?: number;
                /** @description Minutes that began earlier. Default: now */
                before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest minute first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
        };
    };
    modelsList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The active model first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        models: components["schemas"]["EmbeddingModel"][];
                    };
                };
            };
        };
    };
    accountRegister: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Registration"];
            };
        };
        responses: {
            /** @description The new account */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    tokensLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["Login"];
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionTokens"];
                };
            };
        };
    };
    tokensRefresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Refresh"];
                "application/x-www-form-urlencoded": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionTokens"];
                };
            };
        };
    };
    accountOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a login page may offer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthOptions"];
                };
            };
        };
    };
    tokensRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenForm"];
            };
        };
        responses: {
            /** @description The token is not valid any more */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    tokensIntrospect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenForm"];
            };
        };
        responses: {
            /** @description Whether the token is active and, if so, its owner, scopes and times */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Introspection"];
                };
            };
        };
    };
    accountForgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordForgotten"];
            };
        };
        responses: {
            /** @description A mail is sent if an account has this address */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accountResetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Set */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accountRequestVerification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A mail is sent unless the address is verified already */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accountVerifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailVerification"];
            };
        };
        responses: {
            /** @description Verified */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessionsList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sessions: components["schemas"]["Session"][];
                    };
                };
            };
        };
    };
    sessionsEndAll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessionsEnd: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    sessionsLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accountGet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    accountDelete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted: the account has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accountChange: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChanges"];
            };
        };
        responses: {
            /** @description The account; a new address is pending until it is proved */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedUser"];
                };
            };
        };
    };
    apiKeysList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        api_keys: components["schemas"]["ApiKey"][];
                    };
                };
            };
        };
    };
    apiKeysCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description The new key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
        };
    };
    apiKeysDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted: the key is not valid any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether the account has a password */
                        password: boolean;
                        providers: components["schemas"]["LinkedProvider"][];
                    };
                };
            };
        };
    };
    providersUnlink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: "google" | "github" | "oidc";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Unlinked: it does not log in to the account any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    grantsList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        grants: components["schemas"]["Grant"][];
                    };
                };
            };
        };
    };
    grantsRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Disconnected */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    grantsPage: {
        parameters: {
            query: {
                client_id: string;
                /** @description As registered; a loopback address may have any port */
                redirect_uri: string;
                /** @description `code` */
                response_type?: string;
                /** @description Separated by spaces; scopes that an app cannot have are ignored */
                scope?: string;
                state?: string;
                /** @description SHA-256 of the verifier in base64url */
                code_challenge?: string;
                /** @description `S256` */
                code_challenge_method?: string;
                /** @description What the tokens are for: the address of the API, or that of `/mcp`. Default: the API */
                resource?: string | string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A web page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description Redirects to the app with `error`, `error_description`, `state` and `iss` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    grantsConsent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Consent"];
            };
        };
        responses: {
            /** @description Where the browser goes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentOutcome"];
                };
            };
        };
    };
    accountLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The limits of the caller's tier */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RateLimit"];
                };
            };
        };
    };
    usersList: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                /** @description Part of a username or e-mail address */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        users: components["schemas"]["ListedUser"][];
                        next_cursor?: string;
                    };
                };
            };
        };
    };
    usersUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description The changed account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    usersEvents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: components["schemas"]["SecurityEvent"][];
                        next_cursor?: string;
                    };
                };
            };
        };
    };
    progressGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The progress of all five stages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceProgress"];
                };
            };
        };
    };
    progressStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status of all stages together */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceStatus"];
                };
            };
        };
    };
    progressTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProgressTicket"];
                };
            };
        };
    };
    resourcesUploadUrl: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NewUpload"];
            };
        };
        responses: {
            /** @description The upload address */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadUrl"];
                };
            };
        };
    };
    accountChangePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accountConfirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description The session is fresh */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersGoogle: {
        parameters: {
            query?: {
                /** @description URL to which a browser returns: on this server or on a CORS origin */
                return_to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address of the provider for this login */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthAuthorization"];
                };
            };
            /** @description Redirects to the provider */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersGoogleCallback: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description Redirects to `return_to` with `code`, or with `error` and `error_description` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersGithub: {
        parameters: {
            query?: {
                /** @description URL to which a browser returns: on this server or on a CORS origin */
                return_to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address of the provider for this login */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthAuthorization"];
                };
            };
            /** @description Redirects to the provider */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersGithubCallback: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description Redirects to `return_to` with `code`, or with `error` and `error_description` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersOidc: {
        parameters: {
            query?: {
                /** @description URL to which a browser returns: on this server or on a CORS origin */
                return_to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address of the provider for this login */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthAuthorization"];
                };
            };
            /** @description Redirects to the provider */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersOidcCallback: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description Redirects to `return_to` with `code`, or with `error` and `error_description` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    providersLink: {
        parameters: {
            query?: {
                /** @description URL to which a browser returns: on this server or on a CORS origin */
                return_to?: string;
            };
            header?: never;
            path: {
                provider: "google" | "github" | "oidc";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address of the provider for this login */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthAuthorization"];
                };
            };
        };
    };
    tokensExchange: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Exchange"];
            };
        };
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionTokens"];
                };
            };
        };
    };
    grantsToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description A token pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
        };
    };
    grantsRegister: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientMetadata"];
            };
        };
        responses: {
            /** @description The client */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredClient"];
                };
            };
        };
    };
    tokensMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        issuer: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    tokensMetadataOfAssistants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        issuer: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    tokensResourceMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        resource: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    tokensAssistantsResourceMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: uri */
                        resource: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    tokensKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            [key: string]: string;
                        }[];
                    };
                };
            };
        };
    };
    resourcesUpload: {
        parameters: {
            query?: never;
            header?: {
                /** @description For a day, the same key with the same request gets the response of the first request */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description A document in any format that is read
                     */
                    file: string;
                    /** @description The media type of the document. Default: that of the part, or what name and bytes tell. */
                    content_type?: string;
                    title?: string;
                    description?: string;
                    /** @description Repeated fields, or one field separated by commas */
                    tags?: string[];
                    /** @description A JSON object */
                    metadata?: string;
                    /** Format: uri */
                    callback_url?: string;
                };
            };
        };
        responses: {
            /** @description A duplicate: `id` is the existing resource with the same content */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedResource"];
                };
            };
            /** @description Accepted: five stages will process the document. `Location` is the resource. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AcceptedResource"];
                };
            };
        };
    };
    resourcesContent: {
        parameters: {
            query?: never;
            header?: {
                "if-none-match"?: string;
                "if-range"?: string;
                range?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The content */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The range of bytes that was asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The content has the hash of If-None-Match */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The content is at the worker */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    resourcesText: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                    "text/plain": string;
                };
            };
        };
    };
    progressEvents: {
        parameters: {
            query?: {
                /** @description From POST /progress/tickets, for browsers, whose EventSource sends no headers */
                ticket?: string;
            };
            header?: {
                "last-event-id"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-Sent Events: `snapshot` on connecting, then `progress`, each with a whole ResourceProgress. A comment every 15 s. The stream ends when every stage is completed or failed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ProgressEvent"];
                };
            };
            /** @description The client has received the last event; nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    progressSharedEvents: {
        parameters: {
            query: {
                /** @description From POST /progress/tickets, for browsers, whose EventSource sends no headers */
                ticket?: string;
                /** @description Up to 100 resource ids, separated by commas */
                ids: string;
            };
            header?: {
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-Sent Events: `snapshot` on connecting, then `progress`, each with a whole ResourceProgress. A comment every 15 s. The stream ends when every stage is completed or failed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ProgressEvent"];
                };
            };
            /** @description The client has received the last event; nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    embeddingsCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbeddingRequest"];
            };
        };
        responses: {
            /** @description A vector for each input, in order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Embeddings"];
                };
            };
        };
    };
    embeddingsModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The models */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Models"];
                };
            };
        };
    };
    assistantsMcp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["McpRequest"] | components["schemas"]["McpNotification"] | {
                    /** @enum {string} */
                    jsonrpc: "2.0";
                    id: string | number;
                    result: {
                        [key: string]: unknown;
                    };
                } | {
                    /** @enum {string} */
                    jsonrpc: "2.0";
                    id?: string | number;
                    error: {
                        [key: string]: unknown;
                    };
                } | (components["schemas"]["McpRequest"] | components["schemas"]["McpNotification"] | {
                    /** @enum {string} */
                    jsonrpc: "2.0";
                    id: string | number;
                    result: {
                        [key: string]: unknown;
                    };
                } | {
                    /** @enum {string} */
                    jsonrpc: "2.0";
                    id?: string | number;
                    error: {
                        [key: string]: unknown;
                    };
                })[];
            };
        };
        responses: {
            /** @description The response to the request, with its result or its error; a list for a list */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["McpResponse"] | components["schemas"]["McpResponse"][];
                };
            };
            /** @description Taken: a notification has no response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    webhooksReceive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookEvent"] & {
                    data?: components["schemas"]["NewResource"];
                };
            };
        };
        responses: {
            /** @description The event was received before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
            /** @description Accepted, or ignored because it names no document */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
        };
    };
}
