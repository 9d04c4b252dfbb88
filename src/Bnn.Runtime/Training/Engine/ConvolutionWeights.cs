namespace Bnn.Training;

/// <summary>The signs of a convolution's weights, packed anew in each step as panels of 12 channels for <see cref="ConvolutionTile"/>.</summary>
/// <remarks>Forward panels hold 12 output channels, <c>[inputs][12]</c>; backward ones 12 input channels of a phase, <c>[output channels of a group · taps][12]</c>.</remarks>
internal sealed unsafe class ConvolutionWeights
{
    private readonly ConvolutionLayout _layout;
    private readonly LatentLayer _layer;
    private readonly Binarization _binarization;
    private readonly int _groups, _panelsOfGroup, _backwardPanelsOfGroup;
    private readonly FloatBuffer _forward;
    private readonly FloatBuffer[] _backward;       // [phases]
    private readonly int[][] _backwardTaps;         // [phases]

    /// <param name="layout">Of the convolution.</param>
    /// <param name="layer">Its latent weights.</param>
    /// <param name="binarization">Of the latents.</param>
    /// <param name="needsForward">Whether sums are computed with these; not if they are counted.</param>
    /// <param name="needsGradient">Whether any stage before it wants gradients.</param>
    public ConvolutionWeights(ConvolutionLayout layout, LatentLayer layer, Binarization binarization, bool needsForward, bool needsGradient)
    {
        (_layout, _layer, _binarization) = (layout, layer, binarization);
        _groups = layer.Geometry.Convolution!.Groups;
        _panelsOfGroup = Gemm.LeftPanels(layout.ChannelsOfGroup);
        _backwardPanelsOfGroup = Gemm.LeftPanels(layout.InputsOfGroup);
        ForwardPanels = needsForward ? _groups * _panelsOfGroup : 0;
        _forward = new(checked(ForwardPanels * layer.Inputs * Gemm.Rows));
        BackwardPanels = needsGradient ? _groups * _backwardPanelsOfGroup : 0;
        _backwardTaps = layout.Phases.Select(layout.GradientTaps).ToArray();
        _backward = _backwardTaps.Select(taps => new FloatBuffer(checked(BackwardPanels * taps.Length * Gemm.Rows))).ToArray();
        LongestPhase = layout.Phases.Max(phase => ConvolutionLayout.WholeTiles(((phase.Rows - 1) * layout.Pitch) + phase.Columns));
    }

    /// <summary>Panels of output channels; 0 if nobody wants them.</summary>
    public int ForwardPanels { get; }

    /// <summary>Panels of input channels; 0 if nobody wants gradients.</summary>
    public int BackwardPanels { get; }

    /// <summary>Tasks of <see cref="Pack"/>.</summary>
    public int Panels => ForwardPanels + (BackwardPanels * _backward.Length);

    /// <summary>Outputs of the longest backward phase, in whole tiles.</summary>
    public int LongestPhase { get; }

    /// <summary>A panel of <c>[inputs][12]</c> weights.</summary>
    public float* Forward(int panel) => _forward.Pointer + ((long)panel * _layer.Inputs * Gemm.Rows);

    /// <summary>A panel of <c>[taps][12]</c> weights.</summary>
    public float* Backward(int phase, int panel) => _backward[phase].Pointer + ((long)panel * _backwardTaps[phase].Length * Gemm.Rows);

    /// <summary>Where the gradients that a phase's first value depends on stand.</summary>
    public int[] BackwardTaps(int phase) => _backwardTaps[phase];

    /// <summary>First output channel of a forward panel, its channels, and the first input channel that they see.</summary>
    public (int Channel, int Rows, int Input) Place(int panel) => Place(panel, _panelsOfGroup, _layout.ChannelsOfGroup, _layout.InputsOfGroup);

    /// <summary>First input channel of a backward panel, its channels, and the first output channel that sees them.</summary>
    public (int Channel, int Rows, int Output) BackwardPlace(int panel) => Place(panel, _backwardPanelsOfGroup, _layout.InputsOfGroup, _layout.ChannelsOfGroup);

    /// <summary>Packs one panel: a task.</summary>
    public void Pack(int task, int worker)
    {
        if (task < ForwardPanels)
            PackForward(task);
        else
            PackBackward((task - ForwardPanels) / BackwardPanels, (task - ForwardPanels) % BackwardPanels);
    }

    private static (int Channel, int Rows, int Other) Place(int panel, int panelsOfGroup, int channelsOfGroup, int othersOfGroup)
    {
        int group = panel / panelsOfGroup, first = panel % panelsOfGroup * Gemm.Rows;
        return ((group * channelsOfGroup) + first, Math.Min(Gemm.Rows, channelsOfGroup - first), group * othersOfGroup);
    }

    // A mask has weights of its own, which are binary already.
    private float* Source => (_layer.Mask?.Weights ?? _layer.Weights.Values).Pointer;

    private float Weight(float latent) => _layer.Mask is null ? _binarization.Weight(latent) : latent;

    private void PackForward(int panel)
    {
        (int channel, int rows, _) = Place(panel);
        float* to = Forward(panel), weights = Source + channel;
        for (int k = 0; k < _layer.Inputs; k++, weights += _layer.Stride, to += Gemm.Rows)
        {
            for (int r = 0; r < Gemm.Rows; r++)
                to[r] = r < rows ? Weight(weights[r]) : 0;
        }
    }

    private void PackBackward(int phase, int panel)
    {
        (int channel, int rows, int output) = BackwardPlace(panel);
        ConvolutionTap[] taps = _layout.Phases[phase].Taps;
        int kernel = _layer.Geometry.Convolution!.Kernel.Height * _layer.Geometry.Convolution.Kernel.Width;
        int inGroup = channel % _layout.InputsOfGroup;
        float* to = Backward(phase, panel);
        for (int c = output; c < output + _layout.ChannelsOfGroup; c++)
        {
            foreach (ConvolutionTap tap in taps)
            {
                float* weights = Source + ((((long)inGroup * kernel) + tap.Weight) * _layer.Stride) + c;
                for (int r = 0; r < Gemm.Rows; r++, to++)
                    *to = r < rows ? Weight(weights[(long)r * kernel * _layer.Stride]) : 0;
            }
        }
    }
}
