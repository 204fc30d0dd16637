// Package browser holds the JupyterLab extension, as it is committed, against a real JupyterLab in a real Chromium, with the real agent beside it.
//
// The tests carry the build tag browser and need Chromium and the Python environment of test/interop/jupyter.txt: make browser sets them up.
package browser
