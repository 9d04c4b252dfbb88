namespace Bnn.Training;

/// <summary>Masks that are chosen while their weights are trained: of each channel live the weights with the largest latents, fewer and fewer of them.</summary>
/// <remarks>
/// With p the part of the run that is done, s the share asked for and r the ramp, a channel of K inputs has ⌊K · (s + (1 − s)(1 − min(1, p/r))³)⌋ live weights, at
/// least one. They are chosen anew every <see cref="Period"/> steps of an epoch (in a short run once more, where the ramp ends), of equal latents that of the lower input first. The
/// straight-through gradient reaches pruned latents too, so that weights come back: Adam's steps are as long for them as for others, unless <see cref="TrainingOptions.MaskDamping"/>
/// shortens them. Latents are not clipped: in a long run most of them would lie at any bound, and their order be lost (docs/pruning.md). Gradual pruning: arXiv:1710.01878.
/// With blocks a row of blocks of a dense layer has, by the same formula, so many of its blocks of inputs live as have the largest sums of |latent|; convolutions keep single weights.
/// </remarks>
internal sealed class DynamicMasks
{
    /// <summary>Steps between two choices.</summary>
    public const int Period = 50;

    private const double UsualRamp = 0.6;
    private readonly LatentNetwork _network;
    private readonly WorkerPool _pool;
    private readonly double[] _shares;
    private readonly double _ramp, _steps;
    private readonly float _pace;           // part of a step that pruned weights take
    private readonly double _extra;         // the end of the ramp if no choice would follow it
    private readonly int _stepsOfEpoch;
    private readonly uint[][] _sizes;       // per worker: |latent| of a channel, or sums of blocks
    private readonly uint[][] _moved;       // per worker: the same to be moved while choosing, with blocks
    private readonly MaskBlock? _block;
    private readonly Action<int, int> _task, _blockTask;
    private LatentLayer _layer;
    private int _live;

    public DynamicMasks(LatentNetwork network, TrainingOptions options, int stepsPerEpoch, WorkerPool pool)
    {
        (_network, _pool, _stepsOfEpoch) = (network, pool, stepsPerEpoch);
        _shares = LayerShares.Live(options.LiveShares!, network.Architecture);
        _ramp = options.MaskRamp == 0 ? UsualRamp : options.MaskRamp;
        _pace = (float)(1 - options.MaskDamping);
        _steps = (double)options.Epochs * stepsPerEpoch;
        double last = _steps - stepsPerEpoch + ((stepsPerEpoch - 1) / Period * Period), end = Math.Ceiling(_ramp * _steps);
        _extra = last < end ? Math.Min(end, _steps - 1) : -1;
        _sizes = [.. Enumerable.Range(0, pool.Threads).Select(_ => new uint[network.Layers.Max(layer => layer.Inputs)])];
        _moved = [.. _sizes.Select(sizes => options.MaskBlock is null ? [] : new uint[sizes.Length])];
        if (options.MaskBlock is { } text && MaskBlock.TryParse(text, out MaskBlock block))
            _block = block;
        (_task, _blockTask) = (Choose, ChooseBlocks);
        _layer = network.Layers[0];
        foreach ((LatentLayer layer, double share) in network.Layers.Zip(_shares))
        {
            if (share == 1)
                continue;
            layer.Masked();
            layer.Weights.Pace = _pace < 1 ? new(layer.Weights.Values.Length) : null;
        }
    }

    /// <summary>Live weights of a channel of <paramref name="inputs"/> weights, or blocks of a row of so many.</summary>
    /// <param name="inputs">K.</param>
    /// <param name="share">s.</param>
    /// <param name="done">p.</param>
    /// <param name="ramp">r.</param>
    public static int Live(int inputs, double share, double done, double ramp)
    {
        double left = 1 - Math.Min(1, done / ramp);
        return Math.Max(1, (int)(inputs * (share + ((1 - share) * left * left * left))));
    }

    /// <summary>Chooses if it is time to.</summary>
    public void Step(int epoch, int step)
    {
        double done = ((double)epoch * _stepsOfEpoch) + step;
        if (step % Period != 0 && done != _extra)
            return;
        for (int l = 0; l < _shares.Length; l++)
        {
            _layer = _network.Layers[l];
            if (_layer.Mask is null)
                continue;
            bool inBlocks = _block is not null && _layer.Geometry.Kind is LayerKind.Dense or LayerKind.Scores;
            _live = Live(inBlocks ? _block!.Value.Columns(_layer.Inputs) : _layer.Inputs, _shares[l], done / _steps, _ramp);
            if (inBlocks)
                _pool.Run(_block!.Value.Rows(_layer.Channels), _blockTask, TrainingPhase.Optimizer);
            else
                _pool.Run(_layer.Channels, _task, TrainingPhase.Optimizer);
            Damp(_layer.Mask, _layer.Weights.Pace);
        }
    }

    private void Damp(WeightMask mask, FloatBuffer? paces)
    {
        if (paces is null)
            return;
        Span<float> live = mask.Live.Span, pace = paces.Span;
        for (int i = 0; i < pace.Length; i++)
            pace[i] = live[i] != 0 ? 1 : _pace;
    }

    private unsafe void Choose(int channel, int worker)
    {
        Span<uint> sizes = _sizes[worker].AsSpan(0, _layer.Inputs);
        float* latents = _layer.Weights.Values.Pointer + channel, live = _layer.Mask!.Live.Pointer + channel;
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = Size(latents[i * (long)_layer.Stride]);
        uint least = Selection.Largest(sizes, _live);
        int equal = _live;      // of those as large as the least, so many live
        for (int i = 0; i < _layer.Inputs; i++)
            equal -= Size(latents[i * (long)_layer.Stride]) > least ? 1 : 0;
        for (int i = 0; i < _layer.Inputs; i++)
        {
            uint size = Size(latents[i * (long)_layer.Stride]);
            live[i * (long)_layer.Stride] = size > least || (size == least && equal-- > 0) ? 1 : 0;
        }
    }

    // The same for a row of blocks: sums are taken input by input, in each channel by channel, whoever does it.
    private unsafe void ChooseBlocks(int row, int worker)
    {
        MaskBlock block = _block!.Value;
        int blocks = block.Columns(_layer.Inputs), first = row * block.Channels, channels = Math.Min(block.Channels, _layer.Channels - first);
        float* latents = _layer.Weights.Values.Pointer + first, live = _layer.Mask!.Live.Pointer + first;
        Span<uint> sums = _sizes[worker].AsSpan(0, blocks), moved = _moved[worker].AsSpan(0, blocks);
        for (int b = 0; b < blocks; b++)
        {
            double sum = 0;
            for (int i = b * block.Inputs; i < Math.Min((b + 1) * block.Inputs, _layer.Inputs); i++)
            {
                for (int c = 0; c < channels; c++)
                    sum += Math.Abs(latents[(i * (long)_layer.Stride) + c]);
            }
            sums[b] = Size((float)sum);
        }
        sums.CopyTo(moved);
        uint least = Selection.Largest(moved, _live);
        int equal = _live;
        foreach (uint sum in sums)
            equal -= sum > least ? 1 : 0;
        for (int b = 0; b < blocks; b++)
        {
            float isLive = sums[b] > least || (sums[b] == least && equal-- > 0) ? 1 : 0;
            for (int i = b * block.Inputs; i < Math.Min((b + 1) * block.Inputs, _layer.Inputs); i++)
                new Span<float>(live + (i * (long)_layer.Stride), channels).Fill(isLive);
        }
    }

    // Bits of numbers that are not negative rise with them.
    private static uint Size(float latent) => BitConverter.SingleToUInt32Bits(Math.Abs(latent));
}
