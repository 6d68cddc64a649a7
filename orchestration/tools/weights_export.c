/* weights_export.c - a format by the ending of its name */
#include "orchestration/tools/weights_export.h"

#include "base/output_name.h"
#include "export/keras_model.h"
#include "export/onnx_write.h"
#include "export/torch_write.h"

int weights_export_is_model(const char *path, bool *is, struct err *err)
{
    struct safetensors f;

    *is = false;
    if (safetensors_read(&f, path, err) < 0)
        return output_name_ends(path, ".safetensors") ? -1 : 0;
    *is = model_is(&f);
    safetensors_release(&f);
    return 0;
}

static void print_model(FILE *out, const struct export_network *n,
                        const char *to)
{
    const struct export_layer *l = export_network_output(n);
    struct buf text = {0};

    export_network_preparation(n, output_name_ends(to, ".h5"), &text);
    fprintf(out, "%s as %s\ninput %s\noutput %s: (n, %d)\nwritten: %s\n",
            n->info.network,
            output_name_ends(to, ".onnx") ? "a model of ONNX, opset 13"
            : output_name_ends(to, ".h5") ? "a model of Keras"
                                          : "a state dict of PyTorch",
            text.data ? text.data : "", l->name, l->c, to);
    buf_release(&text);
}

int weights_export_model(FILE *out, const char *path, const char *to,
                         struct err *err)
{
    struct export_network n;
    int rc;

    if (export_network_open(&n, path, err) < 0)
        return -1;
    rc = output_name_ends(to, ".onnx") ? onnx_write(&n, to, err)
         : output_name_ends(to, ".h5") ? keras_model_write(&n, to, err)
                                       : torch_write(&n, to, err);
    if (rc == 0)
        print_model(out, &n, to);
    export_network_release(&n);
    return rc;
}
