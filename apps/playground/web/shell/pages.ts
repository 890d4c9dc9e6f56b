import { Inbox, KeyRound, type LucideIcon, PenLine, Send, SlidersHorizontal, Truck } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

interface Page {
  /** The first part of the route in the URL fragment. */
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly View: LazyExoticComponent<ComponentType>;
}

/** The views in the order of a first visit. Each is a separate chunk. */
export const PAGES: readonly Page[] = [
  { path: '/compose', label: 'Compose', icon: PenLine, View: lazy(() => import('../views/compose')) },
  { path: '/config', label: 'Config', icon: SlidersHorizontal, View: lazy(() => import('../views/config')) },
  { path: '/send', label: 'Send', icon: Send, View: lazy(() => import('../views/send')) },
  { path: '/inbox', label: 'Inbox', icon: Inbox, View: lazy(() => import('../views/inbox')) },
  { path: '/sign-in', label: 'Sign in', icon: KeyRound, View: lazy(() => import('../views/sign-in')) },
  { path: '/deliveries', label: 'Deliveries', icon: Truck, View: lazy(() => import('../views/deliveries')) },
];
