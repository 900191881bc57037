/** Every operation that HTTP serves, with its method and path. A new operation is its file in `services` and a line here. */

import { resourceGraph } from '../services/graph/resource-graph.ts';
import { similarResources } from '../services/graph/similar-resources.ts';
import { cancelResource } from '../services/jobs/cancel-job.ts';
import { deleteResource } from '../services/resources/delete-resource.ts';
import { getResource } from '../services/resources/get-resource.ts';
import { listResources } from '../services/resources/list-resources.ts';
import { reprocessResource } from '../services/resources/reprocess-resource.ts';
import { updateResource } from '../services/resources/update-resource.ts';
import { getTaxonomy } from '../services/taxonomy/get-taxonomy.ts';
import { http, type MountedOperation } from './mount.ts';

export const OPERATIONS: readonly MountedOperation[] = [
  http(listResources, 'GET /resources', { returns: 'A page of resources' }),
  http(getResource, 'GET /resources/{id}', { returns: 'The resource' }),
  http(updateResource, 'PATCH /resources/{id}', { returns: 'The changed resource', body: 'ResourceChanges' }),
  http(deleteResource, 'DELETE /resources/{id}', { returns: 'Deleted' }),
  http(cancelResource, 'POST /resources/{id}/cancel', { returns: 'Stopped' }),
  http(reprocessResource, 'POST /resources/{id}/reprocess', {
    returns: 'Accepted',
    status: 202,
    body: 'Reprocess',
    optionalBody: true,
  }),
  http(similarResources, 'GET /resources/{id}/similar', { returns: 'Similar resources with their scores' }),
  http(resourceGraph, 'GET /resources/{id}/graph', { returns: 'Nodes and edges' }),
  http(getTaxonomy, 'GET /taxonomy', { returns: 'Root categories with their descendants' }),
];
