using System.Runtime.Intrinsics;
using Bnn.Model;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Gradients by the weights of a convolution behind which pools let few outputs through: the others have no gradient, and are not multiplied.</summary>
/// <remarks>
/// Values stand pixel by pixel, so that a row of the kernel sees one run of floats from any output. Sums of a shard stand in that order for each channel,
/// <c>[shards][channels][runs][weights of a run]</c>; they are added up over the samples in one task, then over the shards in their order.
/// </remarks>
internal sealed unsafe class PooledWeightGradient
{
    private readonly ConvolutionLayout _layout;
    private readonly LatentLayer _layer;
    private readonly int _pixel;                    // floats of a pixel: input channels
    private readonly int _taps, _kernelWidth;
    private readonly int _runLength, _runsOfRow;
    private readonly int[] _runs;                   // [runs, a multiple of 3] floats from the pixel that an output sees first
    private readonly FloatBuffer _sums;
    private readonly FloatBuffer[] _pixels;         // per worker: values of a sample
    private readonly FloatBuffer[] _totals;         // per worker: [16][stride], and a square

    public PooledWeightGradient(ConvolutionLayout layout, LatentLayer layer, Batch batch)
    {
        (_layout, _layer, _pixel) = (layout, layer, layout.Geometry.Input.Channels);
        Extent kernel = layout.Geometry.Convolution!.Kernel;
        (_taps, _kernelWidth) = (kernel.Height * kernel.Width, kernel.Width);
        int floats = kernel.Width * _pixel;
        _runLength = floats % PooledWeightTile.Wide is 0 or > PooledWeightTile.Narrow ? PooledWeightTile.Wide : PooledWeightTile.Narrow;
        _runsOfRow = (floats + _runLength - 1) / _runLength;
        int runs = kernel.Height * _runsOfRow;
        // Runs that fill up the last three do some run again, into sums that nobody reads.
        _runs = [.. Enumerable.Range(0, (runs + 2) / 3 * 3).Select(i => Math.Min(i, runs - 1))
            .Select(i => (i / _runsOfRow * layout.Pitch * _pixel) + (i % _runsOfRow * _runLength))];
        int shards = (batch.Capacity + Batch.ShardRows - 1) / Batch.ShardRows;
        _sums = new(checked((shards * Length) + Transposition.Block));
        _pixels = batch.PerWorker(checked((layout.PlaneSize * _pixel) + PooledWeightTile.Wide + (Transposition.Block * (_pixel + 1))));
        _totals = batch.PerWorker(Transposition.Block * (layer.Stride + Transposition.Block));
    }

    /// <summary>Tasks of <see cref="Step"/>: for each tap of the kernel blocks of 16 input channels.</summary>
    public int Tasks => _taps * Blocks;

    private int Blocks => (_pixel + Transposition.Block - 1) / Transposition.Block;

    private int LengthOfChannel => _runs.Length * _runLength;

    private int Length => _layer.Channels * LengthOfChannel;

    /// <summary>Whether this is worth it: one phase, one group, a row of the kernel that fills a vector, and at least three of four outputs without a gradient.</summary>
    public static bool Suits(ConvolutionLayout layout) =>
        layout.IsSingle && layout.Geometry.Convolution!.Groups == 1 && layout.Geometry.Input.Channels * layout.Geometry.Convolution.Kernel.Width >= 16
        && 4 * layout.Geometry.Positions <= layout.Geometry.Output.Height * layout.Geometry.Output.Width;

    /// <summary>Begins the sums of a shard.</summary>
    public void Clear(int shard) => new Span<float>(_sums.Pointer + ((long)shard * Length), Length).Clear();

    /// <summary>Takes the values of a sample.</summary>
    /// <param name="values">Planes of the sample, as in <see cref="ConvolutionLayout"/>.</param>
    /// <param name="worker">Who runs, and calls <see cref="Add"/> next.</param>
    public void Take(float* values, int worker)
    {
        float* pixels = _pixels[worker].Pointer;
        int plane = _layout.PlaneSize;
        if (_pixel < Transposition.Block)
        {
            for (int c = 0; c < _pixel; c++, values += plane)
            {
                for (int q = 0; q < plane; q++)
                    pixels[(q * _pixel) + c] = values[q];
            }
            return;
        }
        // The last block of channels writes into the first of the next pixel, which is written after it.
        for (int c = (Blocks - 1) * Transposition.Block; c >= 0; c -= Transposition.Block)
        {
            for (int q = 0; q < plane; q += Transposition.Block)
                Transposition.Square(values + ((long)c * plane) + q, plane, _pixel - c, pixels + ((long)q * _pixel) + c, _pixel);
        }
    }

    /// <summary>Adds a channel of a sample to the sums of its shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="gradients"><c>[positions]</c> gradients by its sums behind the pools.</param>
    /// <param name="sources"><c>[positions]</c> outputs that they came from.</param>
    /// <param name="worker">Who took the sample.</param>
    public void Add(int shard, int channel, float* gradients, int* sources, int worker)
    {
        float* sums = _sums.Pointer + ((long)shard * Length) + ((long)channel * LengthOfChannel);
        fixed (int* runs = _runs)
        {
            for (int run = 0; run < _runs.Length; run += 3, sums += 3 * _runLength)
                PooledWeightTile.Run(_layout.Geometry.Positions, gradients, sources, _pixel, _pixels[worker].Pointer, runs + run, _runLength, sums);
        }
    }

    /// <summary>Adds up the shards for one tap and 16 input channels, and takes the step on these weights.</summary>
    public void Step(int task, int shards, int worker, IGradientSink sink)
    {
        int tap = task / Blocks, input = task % Blocks * Transposition.Block, inputs = Math.Min(Transposition.Block, _pixel - input);
        int place = (tap / _kernelWidth * _runsOfRow * _runLength) + (tap % _kernelWidth * _pixel) + input;
        float* totals = _totals[worker].Pointer, square = totals + (Transposition.Block * _layer.Stride);
        for (int first = 0; first < _layer.Channels; first += Transposition.Block)
        {
            int channels = Math.Min(Transposition.Block, _layer.Channels - first);
            for (int c = 0; c < channels; c++)
                Total(_sums.Pointer + ((long)(first + c) * LengthOfChannel) + place, shards, square + (c * Transposition.Block));
            Transposition.Square(square, Transposition.Block, channels, totals + first, _layer.Stride);
        }
        for (int i = 0; i < inputs; i++)
            sink.Take(_layer.Weights, (((input + i) * _taps) + tap) * _layer.Stride, _layer.Stride, totals + (i * _layer.Stride), _layer.Bound);
    }

    private void Total(float* from, int shards, float* sums)
    {
        V low = V.Zero, high = V.Zero;
        for (int shard = 0; shard < shards; shard++, from += Length)
        {
            low += Vector256.Load(from);
            high += Vector256.Load(from + 8);
        }
        low.Store(sums);
        high.Store(sums + 8);
    }
}
