import { render } from 'preact';
import { App } from './App';
import './ui/theme.css';
import './ui/controls.css';
import './ui/surfaces.css';
import './ui/cards.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
