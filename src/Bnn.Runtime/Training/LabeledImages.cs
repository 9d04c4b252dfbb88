using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>Samples with their classes, held in memory.</summary>
public sealed class LabeledImages
{
    private string? _hash;

    /// <summary>Takes ownership of the arrays.</summary>
    /// <param name="name">Name of the data set, for example <c>fashion-mnist</c>.</param>
    /// <param name="shape">Shape of one sample.</param>
    /// <param name="pixels"><c>[n, shape.Count]</c> bytes, channel-major, rows top first.</param>
    /// <param name="labels"><c>[n]</c> classes, each below the number of <paramref name="classNames"/>.</param>
    /// <param name="classNames"><c>[classes]</c></param>
    /// <exception cref="ArgumentException">Lengths do not fit, or a label names no class; the message says which.</exception>
    public LabeledImages(string name, Shape shape, byte[] pixels, byte[] labels, IReadOnlyList<string> classNames)
    {
        if (pixels.LongLength != labels.LongLength * shape.Count)
        {
            throw new ArgumentException(
                $"{labels.Length} samples of shape {shape} need {labels.LongLength * shape.Count} bytes of pixels, got {pixels.Length}.", nameof(pixels));
        }
        int wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)Math.Min(255, classNames.Count - 1));
        if (classNames.Count == 0 || wrong >= 0)
            throw new ArgumentException($"Sample {wrong} has label {labels[Math.Max(wrong, 0)]}, but there are {classNames.Count} classes.", nameof(labels));
        (Name, Shape, Pixels, Labels, ClassNames) = (name, shape, pixels, labels, classNames);
    }

    /// <summary>Name of the data set.</summary>
    public string Name { get; }

    /// <summary>How a program finds the data again, in words of its own; null: by <see cref="Name"/>.</summary>
    public string? Source { get; private init; }

    /// <summary>Shape of one sample.</summary>
    public Shape Shape { get; }

    /// <summary><c>[Count, Shape.Count]</c> bytes; not to be written to.</summary>
    public byte[] Pixels { get; }

    /// <summary><c>[Count]</c> classes; not to be written to.</summary>
    public byte[] Labels { get; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Labels.Length;

    /// <summary>SHA-256 over shape, number of classes, labels and pixels: 64 lower-case hexadecimal digits. Names are not part of it.</summary>
    public string Hash => _hash ??= ComputeHash();

    /// <summary>The bytes of sample <paramref name="index"/>, without a copy.</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(index * Shape.Count, Shape.Count);

    /// <summary>The same samples under another <see cref="Name"/> and <see cref="Source"/>.</summary>
    public LabeledImages As(string name, string? source) => new(name, Shape, Pixels, Labels, ClassNames) { Source = source };

    /// <summary>A copy of the samples at <paramref name="indices"/>, in that order.</summary>
    public LabeledImages Select(ReadOnlySpan<int> indices)
    {
        var pixels = new byte[(long)indices.Length * Shape.Count];
        var labels = new byte[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            Image(indices[i]).CopyTo(pixels.AsSpan(i * Shape.Count));
            labels[i] = Labels[indices[i]];
        }
        return new(Name, Shape, pixels, labels, ClassNames);
    }

    private string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"bnn-images 1 {Shape} {ClassNames.Count} ")));
        Span<byte> count = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(count, Count);
        hash.AppendData(count);
        hash.AppendData(Labels);
        hash.AppendData(Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
