export { type InspectedConfig, type InspectOptions, inspectConfig } from './inspect-config.js';
export { type JsonText, type LocatedIssue, type Place, readJsonText } from './json-text.js';
export { providerEntry, requiredKeys, variableOf } from './provider-entry.js';
export { KNOWN_TYPES, sampleContext, samplePayload } from './sample-payload.js';
export { sortIssues } from './sort-issues.js';
