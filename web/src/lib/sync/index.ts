export { store, type Link, type Outgoing } from './store.svelte';
export { newKey } from './key';
export type { Attachment, Waiting } from './waiting';
export { Engine } from './engine';
export { messageOf } from './outbox';
