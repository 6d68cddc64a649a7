#include "page/page_heat.h"

#include <math.h>
#include <string.h>

enum { STOPS = 18 }; /* of the colours; 255 / 17 is whole */

static uint8_t to_byte(float v)
{
    return v > 0 ? (uint8_t)lroundf(255 * fminf(v, 1)) : 0;
}

void page_heat_fill(const float *v, struct image *im)
{
    for (size_t i = 0; i < image_bytes(im) / 3; i++)
        memset(im->px + 3 * i, to_byte(v[i]), 3);
}

static void put_channel(const uint8_t rgb[256][3], int c, struct buf *b)
{
    static const char name[] = "RGB";

    buf_printf(b, "<feFunc%c type=\"table\" tableValues=\"", name[c]);
    for (int i = 0; i < STOPS; i++)
        buf_printf(b, "%s%.3f", i ? " " : "",
                   rgb[i * 255 / (STOPS - 1)][c] / 255.0);
    buf_puts(b, "\"/>");
}

void page_heat_put_filter(const uint8_t rgb[256][3], struct buf *b)
{
    buf_puts(b, "<filter id=\"heat\" x=\"0\" y=\"0\" width=\"1\" height=\"1\" "
                "color-interpolation-filters=\"sRGB\">\n"
                "<feComponentTransfer in=\"SourceGraphic\" "
                "result=\"colour\">");
    for (int c = 0; c < 3; c++)
        put_channel(rgb, c, b);
    buf_puts(b, "</feComponentTransfer>\n"
                "<feColorMatrix in=\"SourceGraphic\" type=\"matrix\" "
                "values=\"0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  1 0 0 0 0\" "
                "result=\"value\"/>\n"
                "<feComposite in=\"colour\" in2=\"value\" operator=\"in\"/>\n"
                "</filter>\n");
}

void page_heat_put_bar(const uint8_t rgb[256][3], struct buf *b)
{
    buf_puts(b, "<span class=\"bar\">0 <span class=\"colours\" "
                "style=\"background:linear-gradient(90deg");
    for (int i = 0; i < STOPS; i++) {
        const int at = i * 255 / (STOPS - 1);

        buf_printf(b, ",rgba(%d,%d,%d,%.2f)", rgb[at][0], rgb[at][1],
                   rgb[at][2], at / 255.0);
    }
    buf_puts(b, ")\"></span> 1</span>");
}
