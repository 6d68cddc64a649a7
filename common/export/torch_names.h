/*
 * torch_names.h - what torchvision calls the layers of a network
 *
 * VGG16, VGG19 and DenseNet-169 are torchvision's, layer for layer: their
 * tensors go by its names, "features.0.weight".  Its ResNet-50 has no biases
 * and another stride, its MobileNetV2 other zeros around (and Keras' are the
 * ones here): loading these there would go wrong in silence, so that their
 * layers, and those that are not of a trunk, go by their own names.
 * Source: torchvision 0.14, models/vgg.py, densenet.py.
 */
#ifndef EXPORT_TORCH_NAMES_H
#define EXPORT_TORCH_NAMES_H

#include "nn/op.h"

/* "features.denseblock1.denselayer2.norm1" of conv2_block2_0_bn. */
void torch_names_layer(const char *network, const char *layer,
                       char name[NN_NAME_MAX]);

/* "running_mean" of "moving_mean:0"; what follows the last '/' of a tensor. */
const char *torch_names_tensor(const char *suffix);

#endif
