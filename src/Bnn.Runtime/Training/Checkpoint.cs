using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bnn.Model;

namespace Bnn.Training;

/// <summary>The whole state of a run at the end of an epoch.</summary>
/// <remarks>
/// On disk, little-endian: magic <c>bnn-run2</c>; length of the body as int64; the body; SHA-256 over all of that. The body holds the
/// description as JSON, the encoding, the history, and the arrays of the network in the order of their layers; with masks, these, and with a teacher its body follow. Any other magic is
/// another version, and refused.
/// </remarks>
public sealed class Checkpoint
{
    private const long LargestBody = 4L << 30;
    private static readonly byte[] s_magic = "bnn-run2"u8.ToArray();

    internal Checkpoint(
        TrainingOptions options, RunProvenance? provenance, string dataName, string dataHash, IReadOnlyList<EpochRecord> history, LatentNetwork network,
        string? dataSource = null, Checkpoint? teacher = null) =>
        (Options, Provenance, DataName, DataHash, History, Network, DataSource, Teacher)
            = (options, provenance, dataName, dataHash, history, network, dataSource, teacher?.WithoutTeacher());

    /// <summary>What the run computes.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Where the first weights came from; null: random.</summary>
    public RunProvenance? Provenance { get; }

    /// <summary>Name of the data set.</summary>
    public string DataName { get; }

    /// <summary><see cref="LabeledImages.Source"/> of the data; null: they are found by their name.</summary>
    public string? DataSource { get; }

    /// <summary><see cref="LabeledImages.Hash"/> of the data; resuming with other data is refused.</summary>
    public string DataHash { get; }

    /// <summary>One record for each epoch done.</summary>
    public IReadOnlyList<EpochRecord> History { get; }

    /// <summary>Whether all epochs of the options are done.</summary>
    public bool IsFinished => History.Count >= Options.Epochs;

    /// <summary>Shape of a sample.</summary>
    public Shape Input => Network.Input;

    /// <summary>Number of classes.</summary>
    public int ClassCount => Network.Classes;

    /// <summary>What the run learns from besides the labels; null: nothing. Its own teacher is not kept.</summary>
    public Checkpoint? Teacher { get; }

    internal LatentNetwork Network { get; }

    internal RunDescription Description => new(Options, DataName, DataHash, Provenance, DataSource);

    /// <summary>Writes the state; equal states give equal bytes.</summary>
    public void Write(Stream stream)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
            WriteBody(writer);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(length, body.Length);
        Put(s_magic);
        Put(length);
        Put(body.GetBuffer().AsSpan(0, (int)body.Length));
        stream.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Read to the end of the checkpoint.</param>
    /// <param name="source">Name of the file, for messages.</param>
    /// <exception cref="InvalidDataException">It is cut off, changed, or of another version; the message says which and names <paramref name="source"/>.</exception>
    public static Checkpoint Read(Stream stream, string source)
    {
        var head = new byte[16];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
            throw new InvalidDataException($"{source}: the checkpoint is cut off.");
        if (!head.AsSpan(0, 8).SequenceEqual(s_magic))
            throw new InvalidDataException($"{source}: this is not a checkpoint of a training run, or one of another version.");
        long length = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8));
        if (length is < 0 or > LargestBody || (stream.CanSeek && length > stream.Length - stream.Position - 32))
            throw new InvalidDataException($"{source}: the checkpoint is cut off, or its length was changed.");
        using var body = new MemoryStream();
        CopyExactly(stream, body, length, source);
        var stated = new byte[32];
        if (stream.ReadAtLeast(stated, stated.Length, throwOnEndOfStream: false) < stated.Length)
            throw new InvalidDataException($"{source}: the checkpoint is cut off.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(body.GetBuffer().AsSpan(0, (int)length));
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(stated))
            throw new InvalidDataException($"{source}: the checkpoint was changed after it was written; its checksum is wrong.");
        body.Position = 0;
        try
        {
            using var reader = new BinaryReader(body, Encoding.UTF8);
            return ReadBody(reader);
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException or ArgumentException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"{source}: the checkpoint is not one that this version writes: {e.Message}", e);
        }
    }

    /// <summary>The scores that the float network gives each of <paramref name="images"/>, with running statistics; integers unless weights are real.</summary>
    /// <param name="images">Of the shape of <see cref="Input"/>.</param>
    /// <param name="threads">Threads to use; 0: one per processor. Changes no bit.</param>
    /// <param name="cancel">Looked at between batches.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <returns><c>[n, ClassCount]</c></returns>
    public double[] Scores(LabeledImages images, int threads = 1, CancellationToken cancel = default)
    {
        if (images.Shape != Input)
            throw new ArgumentException($"The run takes images of {Input}, but '{images.Name}' has {images.Shape}.", nameof(images));
        using var pool = new WorkerPool(threads);
        return new Evaluator(Network, pool, Network.LogitScale(Options.Temperature)).Run(images, cancel).Scores;
    }

    /// <summary>The class of each image: the first of those with the highest of its <see cref="Scores"/>.</summary>
    public int[] Predict(LabeledImages images, int threads = 1, CancellationToken cancel = default) =>
        Scores(images, threads, cancel).Chunk(ClassCount).Select(of => Evaluator.ArgMax(of)).ToArray();

    private Checkpoint WithoutTeacher() => Teacher is null ? this : new(Options, Provenance, DataName, DataHash, History, Network, DataSource);

    private static void CopyExactly(Stream from, MemoryStream to, long length, string source)
    {
        var buffer = new byte[1 << 16];
        while (length > 0)
        {
            int read = from.Read(buffer, 0, (int)Math.Min(length, buffer.Length));
            if (read == 0)
                throw new InvalidDataException($"{source}: the checkpoint is cut off.");
            to.Write(buffer, 0, read);
            length -= read;
        }
    }

    private void WriteBody(BinaryWriter writer)
    {
        writer.Write(Description.ToJson());
        Shape shape = Network.Input;
        WriteIntegers(writer, [shape.Channels, shape.Height, shape.Width]);
        writer.Write(Network.Encoding.Keyword);
        EquatableArray<EquatableArray<int>> perChannel = Network.Encoding switch
        {
            ThresholdEncoding threshold => threshold.Thresholds.Select(value => new EquatableArray<int>([value])).ToEquatableArray(),
            ThermometerEncoding thermometer => thermometer.Levels,
            BitPlanesEncoding planes => planes.Kept,
            _ => default,
        };
        writer.Write(perChannel.Length);
        foreach (EquatableArray<int> values in perChannel)
            WriteIntegers(writer, values.AsSpan());
        writer.Write(Network.Classes);
        writer.Write(Network.OptimizerSteps);
        writer.Write(History.Count);
        foreach (EpochRecord record in History)
        {
            writer.Write(record.LearningRate);
            writer.Write(record.TrainingLoss);
            writer.Write(record.ValidationLoss);
            writer.Write(record.ValidationAccuracy);
            foreach (double share in record.FlipShares)
                writer.Write(share);
        }
        foreach (FloatBuffer buffer in Network.Buffers())
            WriteArray<float>(writer, buffer.Span);
        foreach (LatentLayer layer in Network.Layers)
            WriteArray<ushort>(writer, layer.Flips);
        // Options tell whether there are masks or a teacher, so that files of runs without them stay as they are.
        if (HasMasks(Options))
            CheckpointMasks.Write(writer, Network);
        Teacher?.WriteBody(writer);
    }

    private static Checkpoint ReadBody(BinaryReader reader, bool isTeacher = false)
    {
        RunDescription description = RunDescription.FromJson(reader.ReadString());
        TrainingOptions options = description.Options.Require();
        int[] shape = ReadIntegers(reader);
        var input = new Shape(shape[0], shape[1], shape[2]);
        string keyword = reader.ReadString();
        var perChannel = new EquatableArray<int>[reader.ReadInt32()];
        for (int i = 0; i < perChannel.Length; i++)
            perChannel[i] = new(ReadIntegers(reader));
        InputEncoding encoding = keyword switch
        {
            "threshold" => new ThresholdEncoding(perChannel.Select(values => values[0]).ToEquatableArray()),
            "thermometer" => new ThermometerEncoding(new(perChannel)),
            "bit-planes" => new BitPlanesEncoding(new(perChannel)),
            "eight-bit" => new EightBitEncoding(),
            "raw-bits" => new RawBitsEncoding(),
            _ => throw new FormatException($"unknown encoding '{keyword}'"),
        };
        var network = new LatentNetwork(input, encoding, Architecture.Parse(options.Architecture), reader.ReadInt32(), options.BatchNormScale);
        network.OptimizerSteps = reader.ReadInt64();
        var history = new EpochRecord[reader.ReadInt32()];
        for (int i = 0; i < history.Length; i++)
        {
            history[i] = new(i + 1, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(),
                network.Layers.Select(_ => reader.ReadDouble()).ToEquatableArray());
        }
        foreach (FloatBuffer buffer in network.Buffers())
            ReadArray(reader, buffer.Span);
        foreach (LatentLayer layer in network.Layers)
            ReadArray<ushort>(reader, layer.Flips);
        if (HasMasks(options))
            CheckpointMasks.Read(reader, network, options.HasFrozenMasks);
        new Schedule(options, stepsPerEpoch: 1).Apply(history.Length, network.Binarization);
        Checkpoint? teacher = options.DistillationWeight > 0 && !isTeacher ? ReadBody(reader, isTeacher: true) : null;
        return new(options, description.Provenance, description.DataName, description.DataHash, history, network, description.DataSource, teacher);
    }

    private static bool HasMasks(TrainingOptions options) => options.HasFrozenMasks || options.LiveShares is not null;

    private static void WriteIntegers(BinaryWriter writer, ReadOnlySpan<int> values)
    {
        writer.Write(values.Length);
        foreach (int value in values)
            writer.Write(value);
    }

    private static int[] ReadIntegers(BinaryReader reader)
    {
        var values = new int[reader.ReadInt32()];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.ReadInt32();
        return values;
    }

    // .NET runs on little-endian processors only, so the memory of an array is its form on disk.
    private static void WriteArray<T>(BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged => writer.Write(MemoryMarshal.AsBytes(values));

    private static void ReadArray<T>(BinaryReader reader, Span<T> values)
        where T : unmanaged => reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values));
}
