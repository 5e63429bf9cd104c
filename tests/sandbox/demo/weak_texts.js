// Gives the texts whose contrast with the ground behind them is below what WCAG 2.2 AA asks for.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => below.map((channel, i) => top[i] * top[3] + channel * (1 - top[3]));
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((channel) => linear(channel / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const frame = rgba(getComputedStyle(document.documentElement).getPropertyValue("--frame")).slice(0, 3);
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.unshift(rgba(getComputedStyle(at).backgroundColor));
    }
    return layers.reduce((below, layer) => over(layer, below), frame);
  };
  const isMeant = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()) &&
    element.checkVisibility() &&
    !element.closest(".unseen, .skip, noscript");
  const ratio = (element) => {
    const below = ground(element);
    const shown = over(rgba(getComputedStyle(element).color), below);
    const [lighter, darker] = [luminance(shown), luminance(below)].sort((x, y) => y - x);
    return (lighter + 0.05) / (darker + 0.05);
  };
  const least = (element) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    return parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && fontWeight >= 700) ? 3 : 4.5;
  };
  const read = [...document.querySelectorAll("body *")].filter(isMeant);
  if (read.length < 50) return [`only ${read.length} texts were found`];
  return read
    .filter((element) => ratio(element) < least(element))
    .map((element) => `${element.className}: ${element.textContent.trim()} (${ratio(element).toFixed(2)})`);
}
