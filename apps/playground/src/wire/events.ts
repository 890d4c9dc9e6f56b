/**
 * What can change. `GET /api/events` (server-sent events) sends the event `changed` with a list of topics. The page then
 * fetches those topics again, and everything after each connection.
 */
export type Topic = 'inbox' | 'deliveries' | 'attempts' | 'servers' | 'config';
