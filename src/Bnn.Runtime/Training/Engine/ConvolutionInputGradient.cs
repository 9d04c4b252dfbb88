using Bnn.Model;

namespace Bnn.Training;

/// <summary>Gradients of a convolution by its values: a convolution of the same form over the gradients by its outputs, phase by phase.</summary>
internal sealed unsafe class ConvolutionInputGradient
{
    private readonly ConvolutionLayout _layout;
    private readonly ConvolutionWeights _weights;
    private readonly FloatBuffer[] _scratch;        // per worker: a panel of channels before its rows are moved together

    public ConvolutionInputGradient(ConvolutionLayout layout, ConvolutionWeights weights, Batch batch)
    {
        (_layout, _weights) = (layout, weights);
        _scratch = batch.PerWorker(weights.BackwardPanels == 0 ? 0 : Gemm.Rows * weights.LongestPhase);
    }

    /// <summary>Computes them for one sample.</summary>
    /// <param name="outputGradients">Planes as in <see cref="ConvolutionLayout"/>.</param>
    /// <param name="result">Receives <c>[input channels][rows][columns]</c>.</param>
    /// <param name="worker">Who runs.</param>
    public void Run(float* outputGradients, float* result, int worker)
    {
        Shape input = _layout.Geometry.Input;
        Extent stride = _layout.Geometry.Convolution!.Stride;
        float* scratch = _scratch[worker].Pointer;
        // Values that no tap sees get no gradient.
        if (_layout.Phases.Length < stride.Height * stride.Width)
            new Span<float>(result, input.Count).Clear();
        for (int p = 0; p < _layout.Phases.Length; p++)
        {
            ConvolutionPhase phase = _layout.Phases[p];
            int wanted = ((phase.Rows - 1) * _layout.Pitch) + phase.Columns, length = ConvolutionLayout.WholeTiles(wanted);
            int[] taps = _weights.BackwardTaps(p);
            fixed (int* offsets = taps)
            {
                for (int panel = 0; panel < _weights.BackwardPanels; panel++)
                {
                    (int channel, int rows, int output) = _weights.BackwardPlace(panel);
                    float* dy = outputGradients + ((long)output * _layout.GradientPlaneSize);
                    for (int q = 0; q < length; q += Gemm.Columns)
                        ConvolutionTile.Run(taps.Length, _weights.Backward(p, panel), dy + q, offsets, scratch + q, length, rows, wanted - q);
                    for (int r = 0; r < rows; r++)
                        Gather(scratch + (r * length), phase, result + ((long)(channel + r) * input.Height * input.Width));
                }
            }
        }
    }

    private void Gather(float* from, ConvolutionPhase phase, float* image)
    {
        Extent stride = _layout.Geometry.Convolution!.Stride;
        int width = _layout.Geometry.Input.Width;
        image += (((phase.FirstRow * stride.Height) + phase.Row - _layout.Padding.Top) * width)
            + (phase.FirstColumn * stride.Width) + phase.Column - _layout.Padding.Left;
        if (stride.Width == 1)
        {
            SumPooling.CopyRows(from, _layout.Pitch, image, stride.Height * width, phase.Columns, phase.Rows);
            return;
        }
        for (int u = 0; u < phase.Rows; u++, from += _layout.Pitch, image += stride.Height * width)
        {
            for (int v = 0; v < phase.Columns; v++)
                image[v * stride.Width] = from[v];
        }
    }
}
