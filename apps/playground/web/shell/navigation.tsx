import { Link, useLocation } from 'wouter';
import { ColorSchemeSwitch } from './color-scheme-switch';
import { Gate } from './gate';
import styles from './navigation.module.css';
import { PAGES } from './pages';
import { ServerStatus } from './server-status';
import { UnreadCount } from './unread-count';

/** A rail next to the view. On a phone, a bar above and one below it. */
export function Navigation() {
  const [location] = useLocation();
  return (
    <header className={styles.rail}>
      <div className={styles.brand}>
        <Gate />
        <span>
          Postern <small>playground</small>
        </span>
      </div>
      <nav aria-label="Views">
        <ul className={styles.pages}>
          {PAGES.map(({ path, label, icon: Icon }) => {
            const isCurrent = location === path || location.startsWith(`${path}/`);
            return (
              <li key={path}>
                <Link href={path} className={styles.page} aria-current={isCurrent ? 'page' : undefined}>
                  <Icon aria-hidden strokeWidth={1.75} />
                  <span>{label}</span>
                  {path === '/inbox' && <UnreadCount isLooking={isCurrent} />}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
      <div className={styles.foot}>
        <ServerStatus />
        <ColorSchemeSwitch />
      </div>
    </header>
  );
}
