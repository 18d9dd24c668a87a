import type { Component } from 'svelte';

/** A Lucide icon, as far as the components here use it. */
export type Icon = Component<{ size?: number | string; 'aria-hidden'?: 'true' }>;
