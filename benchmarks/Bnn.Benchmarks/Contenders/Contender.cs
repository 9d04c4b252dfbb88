namespace Bnn.Benchmarks.Contenders;

/// <summary>A way from the bytes of samples to their classes.</summary>
/// <param name="name">For the table.</param>
internal abstract class Contender(string name) : IDisposable
{
    /// <summary>Name in the table.</summary>
    public string Name { get; } = name;

    /// <summary>Does whatever does not belong to the time, such as binding memory.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes, which nobody changes while the work lives.</param>
    /// <param name="batch">Samples handed over in one call; divides n.</param>
    public abstract Work Prepare(byte[] images, int batch);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>Something to time.</summary>
/// <param name="samples">Samples that one run classifies: the first ones of the images.</param>
internal abstract class Work(int samples) : IDisposable
{
    /// <summary>Samples of one run.</summary>
    public int Samples { get; } = samples;

    /// <summary>Classifies all samples.</summary>
    public abstract void Run();

    /// <summary>What the last run found, <c>[Samples]</c>.</summary>
    public abstract int[] Classes();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
