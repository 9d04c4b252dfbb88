using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Bnn.Training;

/// <summary>What becomes of latent weights and of y on their way into the products: their signs, unless something with a slope stands for them.</summary>
/// <remarks>A network has one; it changes between steps at most.</remarks>
internal sealed class Binarization
{
    /// <summary>
    /// Full precision: latent weights are multiplied as they are, biases added unrounded, and the function of the surrogate takes the place of the sign of y.
    /// Stages look at it when they are made; it does not change then.
    /// </summary>
    public bool IsReal { get; set; }

    /// <summary>The slope that stands for that of the sign of y.</summary>
    public Surrogate Surrogate { get; set; }

    /// <summary>Of <see cref="Surrogate.Reste"/>; at least 1.</summary>
    public float Order { get; set; } = 1;

    /// <summary>The weight that a latent stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Weight(V latent) => IsReal ? latent : BatchNorm.Sign(latent);

    /// <summary>The same for one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Weight(float latent) => IsReal ? latent : latent >= 0 ? 1 : -1;

    /// <summary>What the next layer sees of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value(V y) => IsReal ? RealValue(y) : BatchNorm.Sign(y);

    /// <summary>The same, lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Value(Vector512<float> y) =>
        IsReal ? Vector512.Create(RealValue(y.GetLower()), RealValue(y.GetUpper())) : BatchNorm.Sign(y);

    /// <summary>The same for one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Value(float y) => IsReal ? RealValue(Vector256.Create(y)).ToScalar() : y >= 0 ? 1 : -1;

    /// <summary>What is added to a score.</summary>
    public float Bias(float bias) => IsReal ? bias : LatentNetwork.RoundBias(bias);

    /// <summary>Sets all properties to those of another one.</summary>
    public void CopyFrom(Binarization other) =>
        (IsReal, Surrogate, Order) = (other.IsReal, other.Surrogate, other.Order);

    private V RealValue(V y) => Surrogate switch
    {
        Surrogate.BiReal => new BiRealSurrogate().Value(y),
        Surrogate.Reste => new ResteSurrogate(Order).Value(y),
        _ => new ClipSurrogate().Value(y),
    };
}
