using Bnn.Model;

namespace Bnn.Training;

/// <summary>The batches of an epoch: order and augmentation follow from (seed, epoch, sample) alone.</summary>
internal sealed class BatchSource : ISampleSource
{
    private readonly LabeledImages _images;
    private readonly TrainingOptions _options;
    private readonly int[] _order;
    private readonly byte[][] _moved;   // [workers][InputLength]
    private int _epoch;

    public BatchSource(LabeledImages images, TrainingOptions options, int workers)
    {
        (_images, _options) = (images, options);
        BatchSize = Math.Min(options.BatchSize, images.Count);
        _order = new int[images.Count];
        _moved = Enumerable.Range(0, workers).Select(_ => new byte[images.Shape.Count]).ToArray();
        Labels = new byte[BatchSize];
    }

    /// <inheritdoc/>
    public int Count => _order.Length;

    /// <summary>Samples of a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Whole batches of an epoch.</summary>
    public int Steps => _images.Count / BatchSize;

    /// <summary>Labels of the batch.</summary>
    public byte[] Labels { get; }

    /// <summary>Shuffles for an epoch, numbered from 0.</summary>
    public void StartEpoch(int epoch)
    {
        _epoch = epoch;
        for (int i = 0; i < _order.Length; i++)
            _order[i] = i;
        CounterRandom.Shuffle(_order, _options.Seed, CounterRandom.Stream.Order, (ulong)epoch);
    }

    /// <summary>Fills <see cref="Labels"/> for a batch, numbered from 0.</summary>
    /// <returns>Index of its first sample.</returns>
    public int Select(int step)
    {
        int first = step * BatchSize;
        for (int row = 0; row < BatchSize; row++)
            Labels[row] = _images.Labels[_order[first + row]];
        return first;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Sample(int position, int worker)
    {
        int index = _order[position];
        ReadOnlySpan<byte> image = _images.Image(index);
        if (_options.Shift == 0 && !_options.Flip)
            return image;
        ulong bits = CounterRandom.Next(_options.Seed, CounterRandom.Stream.Augmentation, (ulong)_epoch, (ulong)index);
        bool flip = _options.Flip && (bits & 1) != 0;
        int range = (2 * _options.Shift) + 1;
        int down = (int)((bits >> 1) % (ulong)range) - _options.Shift;
        int right = (int)((bits >> 32) % (ulong)range) - _options.Shift;
        Augmentation.Move(image, _images.Shape, down, right, flip, _moved[worker]);
        return _moved[worker];
    }
}

/// <summary>Changes of an image that keep its class.</summary>
internal static class Augmentation
{
    /// <summary>Mirrors left to right if asked to, then moves; pixels that come in are 0.</summary>
    public static void Move(ReadOnlySpan<byte> image, Shape shape, int down, int right, bool flip, Span<byte> result)
    {
        result.Clear();
        int width = shape.Width;
        int from = Math.Max(0, -right), count = width - Math.Abs(right);
        if (count <= 0)
            return;
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int row = Math.Max(0, -down); row < shape.Height - Math.Max(0, down); row++)
            {
                ReadOnlySpan<byte> source = image.Slice(((channel * shape.Height) + row) * width, width);
                Span<byte> target = result.Slice((((channel * shape.Height) + row + down) * width) + Math.Max(0, right), count);
                source.Slice(flip ? width - from - count : from, count).CopyTo(target);
                if (flip)
                    target.Reverse();
            }
        }
    }
}
