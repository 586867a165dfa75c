document.querySelector('#time')?.addEventListener('click', async (event) => {
  const { show } = await import('./clock.5b8f478f.js');
  show(event.currentTarget);
});
