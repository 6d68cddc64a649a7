/*
 * say.c - what a model says of a picture: say MODEL PICTURE
 *     cc say.c $(pkg-config --cflags --libs papline) -o say
 */
#include <papline.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct papline_error error = {0, "give a model and a picture"};
    struct papline_model *m =
        argc == 3 ? papline_load(argv[1], 0, &error) : NULL;
    const int w = m ? papline_width(m) : 0, h = m ? papline_height(m) : 0;
    const int k = m ? papline_n_class(m) : 0;
    uint8_t *rgb = calloc((size_t)w * (size_t)h + 1, 3);
    float *p = calloc((size_t)k + 1, sizeof(*p));
    int size[2], rc = -1;

    if (m && rgb && p)
        rc = papline_read(m, argv[2], rgb, size, &error);
    if (rc >= 0)
        rc = papline_predict(m, &(struct papline_pictures){rgb, size, 1}, p,
                             &error);
    for (int i = 0; rc == 0 && i < k; i++)
        printf("%s %.9g\n", papline_class(m, i), (double)p[i]);
    if (rc < 0)
        fprintf(stderr, "%s\n", error.text);
    papline_free(m);
    free(rgb);
    free(p);
    return rc < 0;
}
