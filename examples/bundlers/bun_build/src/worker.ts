// The program of the workers, under the name by which the library looks for it beside the bundle.
import "@pool/core/worker";
