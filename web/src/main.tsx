import { render } from 'preact';
import './styles/tokens.css';
import './styles/frame.css';
import './styles/pieces.css';
import './styles/plan.css';
import { App } from './frame/app.tsx';
import { followLinks } from './frame/location.ts';

const root = document.getElementById('app');
if (root) {
  followLinks();
  render(<App />, root);
}
