// The lazily loaded part of app.js: pages ask for it long after they were loaded, and must still find it then.
export function show(element) {
  const tell = () => { element.textContent = new Date().toLocaleTimeString(); };
  tell();
  setInterval(tell, 1000);
}
