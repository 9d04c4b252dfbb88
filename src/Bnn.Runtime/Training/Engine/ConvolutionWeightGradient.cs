using System.Runtime.Intrinsics;
using Bnn.Model;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>Gradients of a convolution by its weights: summed over the samples of a shard in one task, then over the shards in their order.</summary>
/// <remarks>Sums of a shard stand as tiles of <see cref="ConvolutionWeightTile"/>, <c>[groups][tiles of 12 weights][panels of 32 channels][12][32]</c>.</remarks>
internal sealed unsafe class ConvolutionWeightGradient
{
    private const int OutputsOfBlock = 128;
    private readonly ConvolutionLayout _layout;
    private readonly LatentLayer _layer;
    private readonly Shape _output;
    private readonly int _groups, _panelsOfGroup;
    private readonly long[] _taps;                  // [tiles][12]; a missing weight takes the place of the last
    private readonly FloatBuffer _sums;             // [shards][sums of a shard]
    private readonly FloatBuffer[] _columns;        // per worker: gradients of 32 channels of a sample, [outputs][32]
    private readonly FloatBuffer[] _totals;         // per worker: [12][stride]

    public ConvolutionWeightGradient(ConvolutionLayout layout, LatentLayer layer, Batch batch)
    {
        (_layout, _layer, _output) = (layout, layer, layout.Geometry.Output);
        _groups = layout.Geometry.Convolution!.Groups;
        _panelsOfGroup = Gemm.RightPanels(layout.ChannelsOfGroup);
        Tiles = Gemm.LeftPanels(layer.Inputs);
        _taps = [.. Enumerable.Range(0, Tiles * Gemm.Rows).Select(k => (long)layout.Taps[Math.Min(k, layer.Inputs - 1)])];
        int shards = (batch.Capacity + Batch.ShardRows - 1) / Batch.ShardRows;
        _sums = new(checked(shards * Length));
        _columns = batch.PerWorker(checked(((_output.Height * _output.Width) + Transposition.Block) * Gemm.Columns));
        _totals = batch.PerWorker(Gemm.Rows * layer.Stride);
    }

    /// <summary>Tiles of twelve weights: tasks of <see cref="Step"/>.</summary>
    public int Tiles { get; }

    private int Length => _groups * Tiles * _panelsOfGroup * ConvolutionWeightTile.Items;

    /// <summary>Begins the sums of a shard.</summary>
    public void Clear(int shard) => new Span<float>(_sums.Pointer + ((long)shard * Length), Length).Clear();

    /// <summary>Adds a sample to the sums of its shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="values">Planes of the sample, as in <see cref="ConvolutionLayout"/>.</param>
    /// <param name="outputGradients">Gradients by its outputs, likewise.</param>
    /// <param name="worker">Who runs.</param>
    public void Add(int shard, float* values, float* outputGradients, int worker)
    {
        float* columns = _columns[worker].Pointer, sums = _sums.Pointer + ((long)shard * Length);
        fixed (long* taps = _taps)
        {
            for (int group = 0; group < _groups; group++, values += (long)_layout.InputsOfGroup * _layout.PlaneSize)
            {
                for (int panel = 0; panel < _panelsOfGroup; panel++)
                {
                    int first = panel * Gemm.Columns, channels = Math.Min(Gemm.Columns, _layout.ChannelsOfGroup - first);
                    float* planes = outputGradients + _layout.GradientOrigin + (((long)(group * _layout.ChannelsOfGroup) + first) * _layout.GradientPlaneSize);
                    Transpose(planes, channels, columns);
                    AddPanel(columns, values, taps, sums + ((((long)group * Tiles * _panelsOfGroup) + panel) * ConvolutionWeightTile.Items), channels);
                }
            }
        }
    }

    // Rows of outputs that stay in a first-level cache for all tiles; in rising order, so the chains are the same.
    private void AddPanel(float* columns, float* values, long* taps, float* sums, int channels)
    {
        int rows = Math.Max(1, OutputsOfBlock / _output.Width);
        for (int row = 0; row < _output.Height; row += rows)
        {
            for (int tile = 0; tile < Tiles; tile++)
            {
                ConvolutionWeightTile.Run(
                    Math.Min(rows, _output.Height - row), _output.Width, columns + ((long)row * _output.Width * Gemm.Columns), values + (row * _layout.Pitch),
                    _layout.Pitch, taps + (tile * Gemm.Rows), sums + ((long)tile * _panelsOfGroup * ConvolutionWeightTile.Items), channels);
            }
        }
    }

    /// <summary>Adds up the shards for twelve weights of each channel, and takes the step on them.</summary>
    public void Step(int tile, int shards, int worker, IGradientSink sink)
    {
        int rows = Math.Min(Gemm.Rows, _layer.Inputs - (tile * Gemm.Rows));
        float* totals = _totals[worker].Pointer, sums = stackalloc float[ConvolutionWeightTile.Items];
        for (int group = 0; group < _groups; group++)
        {
            for (int panel = 0; panel < _panelsOfGroup; panel++)
            {
                float* from = _sums.Pointer + ((long)((((group * Tiles) + tile) * _panelsOfGroup) + panel) * ConvolutionWeightTile.Items);
                Total(from, shards, sums);
                int width = Math.Min(Gemm.Columns, _layout.ChannelsOfGroup - (panel * Gemm.Columns));
                float* to = totals + (group * _layout.ChannelsOfGroup) + (panel * Gemm.Columns);
                for (int row = 0; row < rows; row++)
                    new ReadOnlySpan<float>(sums + (row * Gemm.Columns), width).CopyTo(new Span<float>(to + (row * _layer.Stride), width));
            }
        }
        sink.Take(_layer.Weights, tile * Gemm.Rows * _layer.Stride, rows * _layer.Stride, totals, _layer.Bound);
    }

    private void Total(float* from, int shards, float* sums)
    {
        for (int i = 0; i < ConvolutionWeightTile.Items; i += V.Count)
        {
            V sum = V.Zero;
            for (int shard = 0; shard < shards; shard++)
                sum += Vector256.Load(from + ((long)shard * Length) + i);
            sum.Store(sums + i);
        }
    }

    // columns[q][c] = planes[c][q], row by row: what is written behind a row is overwritten by the next.
    private void Transpose(float* planes, int channels, float* columns)
    {
        for (int row = 0; row < _output.Height; row++, planes += _layout.Pitch, columns += _output.Width * Gemm.Columns)
            Transposition.ToPanel(planes, _layout.GradientPlaneSize, channels, _output.Width, columns);
    }
}
