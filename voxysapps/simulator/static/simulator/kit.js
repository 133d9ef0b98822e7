// The gallery's frames are as high as what they show.
const SPACE = 4;

function fit(frame) {
  const main = frame.contentDocument?.querySelector('main');
  if (!main) return;
  const measure = () => (frame.style.height = `${main.scrollHeight + SPACE}px`);
  new ResizeObserver(measure).observe(main);
  measure();
}

for (const frame of document.querySelectorAll('iframe')) {
  frame.addEventListener('load', () => fit(frame));
  if (frame.contentDocument?.readyState === 'complete') fit(frame);
}
