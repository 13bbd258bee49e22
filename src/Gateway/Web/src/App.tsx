import { ErrorBoundary, lazy, LocationProvider, Route, Router } from 'preact-iso';
import { HomePage } from './home/HomePage';
import { NotFoundPage } from './NotFoundPage';
import { Header } from './ui/Header';

const WatchPage = lazy(() => import('./watch/WatchPage').then((page) => page.WatchPage));
const RecordingsPage = lazy(() => import('./recordings/RecordingsPage').then((page) => page.RecordingsPage));
const RecordingPage = lazy(() => import('./recordings/RecordingPage').then((page) => page.RecordingPage));
const StudioPage = lazy(() => import('./studio/StudioPage').then((page) => page.StudioPage));
const AdminPage = lazy(() => import('./admin/AdminPage').then((page) => page.AdminPage));

/** The frame of every page and the addresses of the pages. */
export function App() {
  return (
    <LocationProvider scope={/^\/($|\?|watch\/|recordings\/|studio\/|admin)/}>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <Header />
      <ErrorBoundary>
        <Router>
          <Route path="/" component={HomePage} />
          <Route path="/watch/:slug" component={WatchPage} />
          <Route path="/recordings/:slug" component={RecordingsPage} />
          <Route path="/recordings/:slug/:id" component={RecordingPage} />
          <Route path="/studio/:slug" component={StudioPage} />
          <Route path="/admin" component={AdminPage} />
          <Route default component={NotFoundPage} />
        </Router>
      </ErrorBoundary>
    </LocationProvider>
  );
}
