async function fetchPart(file, integrity) {
    const url = new URL(file, import.meta.url);
    // A worker's files have their version there.
    url.search = new URL(import.meta.url).search;
    const response = await fetch(url, { integrity });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response.arrayBuffer();
}
