/** Query embedding as the API sees it: the worker's `/v1/embeddings`, signed, with a deadline. */
