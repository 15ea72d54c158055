if (window.gradientLabStart.supported) {
    __wbg_init().then(window.gradientLabStart.ready, window.gradientLabStart.failed);
}
